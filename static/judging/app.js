// The judge's pages, drawn from what lies on this phone. See docs/architecture.md.

import { Outbox, ours } from "./outbox.js";
import * as store from "./store.js";

const root = document.querySelector("#judge-app");
const texts = JSON.parse(document.querySelector("#judge-texts").textContent);
const status = document.querySelector("#judge-status");
let state;
let storageFailed = false;
let skew = 0;
const undo = [];

/** Build an element: text is only ever text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== false));
  return element;
}
const say = (text, values = {}) =>
  Object.entries(values).reduce((all, [name, value]) => all.replace(`{${name}}`, value), text);

const outbox = new Outbox({
  me: () => state?.judge.id,
  tell({ waiting, refused, signedOut }) {
    const [kind, text] = storageFailed
      ? ["danger", texts.storage]
      : signedOut
        ? ["danger", texts.signedOut]
        : refused.length
          ? ["danger", say(texts.refused, { why: refused[0].refused })]
          : waiting
            ? ["warning", say(texts.waiting, { n: waiting })]
            : ["success", texts.saved];
    status.className = `notice notice--${kind} judge-status`;
    status.dataset.waiting = waiting;
    status.textContent = text;
  },
  arrived({ card, outcome }) {
    const known = state.cards.find(({ id }) => id === card.id);
    if (outcome === "late") status.dataset.late = "true";
    // What came from another phone later than ours is the newer intent.
    if (known && outcome === "stale" && card.revision > known.revision) {
      Object.assign(known, card);
      draw();
    } else if (known) known.revision = Math.max(known.revision, card.revision);
    rememberState();
  },
});
outbox.refreshState = () => fetchState();

async function rememberState() {
  try { await store.keep("state", state); } catch { storageFailed = true; }
}

async function fetchState() {
  const response = await fetch("/judge/api/state/", {
    redirect: "error", cache: "no-store", signal: AbortSignal.timeout(15_000),
  });
  const fresh = await ours(response);
  if (response.status === 401) { outbox.signedOut = true; return; }
  if (fresh?.menlo !== "state") return;
  outbox.signedOut = false;
  outbox.csrf = fresh.csrf;
  delete fresh.csrf;
  skew = Date.parse(fresh.now) - Date.now();
  // Taps that have not arrived yet are newer than what the server knows.
  let waiting = [];
  try { waiting = await store.unsent(); } catch { storageFailed = true; }
  for (const { card, judge, payload, revision } of waiting) {
    const known = fresh.cards.find(({ id }) => id === card);
    if (known && judge === fresh.judge.id && revision > known.revision)
      Object.assign(known, payload, { revision });
  }
  state = fresh;
  await rememberState();
}

/** Take one change: on this phone first, then on its way. */
async function change(card, values, remember = true) {
  if (remember) undo.push({ id: card.id, before: structuredClone(card) });
  const rubric = rubricOf(card);
  Object.assign(card, values);
  if (["todo", "started", "done"].includes(card.status)) {
    const given = rubric.filter(({ id }) => card.scores[id] != null).length;
    card.status = given === rubric.length ? "done" : given ? "started" : "todo";
  }
  card.revision = Math.max(card.revision + 1, Date.now() + skew);
  const payload = {
    client: clientName(), revision: card.revision, tapped_at: new Date().toISOString(),
    scores: card.scores, notes: card.notes, feedback: card.feedback,
    starred: card.starred, status: card.status,
  };
  const entry = { card: card.id, judge: state.judge.id, revision: card.revision, payload };
  try {
    await store.queue(entry);
    await store.keep("state", state);
    storageFailed = false;
  } catch {
    // No room on the phone: the server is the only place left, and we say so.
    storageFailed = true;
    await sendDirectly(entry);
  }
  document.querySelector("#judge-undo")?.toggleAttribute("disabled", !undo.some(({ id }) => id === card.id));
  await outbox.report().catch(() => {});
  outbox.send();
}

async function sendDirectly({ card, payload }) {
  try {
    const response = await fetch(`/judge/api/scorecards/${card}/`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": outbox.csrf },
      body: JSON.stringify(payload),
      redirect: "error",
    });
    if ((await ours(response))?.menlo === "saved") {
      status.textContent = texts.savedDirectly;
      return;
    }
  } catch { /* said below */ }
  status.className = "notice notice--danger judge-status";
  status.textContent = texts.lost;
}

function clientName() {
  let name;
  try { name = sessionStorage.getItem("client"); } catch { /* a name for this page only */ }
  name ??= clientName.own ??= Array.from(crypto.getRandomValues(new Uint8Array(9)), (b) => b.toString(36)).join("").slice(0, 16);
  try { sessionStorage.setItem("client", name); } catch { /* as above */ }
  return name;
}

const rubricOf = (card) => state.rounds.find(({ id }) => id === card.round)?.criteria ?? [];
const marks = { todo: "○", started: "◐", done: "●", absent: "–", busy: "↻" };

function drawList() {
  const done = state.cards.filter(({ status: s }) => s === "done").length;
  const on = new Set(state.rounds.map(({ now_on }) => now_on).filter(Boolean));
  root.replaceChildren(
    make("h1", {}, state.event.name),
    make("p", { class: "lede" }, say(texts.progress, { done, all: state.cards.length })),
    make("progress", { max: state.cards.length || 1, value: done, "aria-label": say(texts.progress, { done, all: state.cards.length }) }),
    state.cards.length
      ? make("ol", { class: "rows judge-list" }, ...state.cards.map((card) =>
          make("li", { class: "row" },
            make("a", { class: "judge-list__link", href: `#card-${card.id}` },
              make("span", { class: "judge-list__mark", "aria-hidden": "true" }, marks[card.status]),
              make("span", {},
                make("strong", {}, card.project.title), card.starred ? " ★" : "",
                make("small", { class: "muted" },
                  ` ${card.project.team}${card.project.table ? ` · ${say(texts.table, { table: card.project.table })}` : ""} · ${texts.status[card.status]}`),
                on.has(card.project.id) ? make("span", { class: "tag tag--accent" }, texts.nowOn) : null)))))
      : make("div", { class: "empty" }, make("p", {}, texts.noCards)),
  );
}

function drawCard(card) {
  const place = state.cards.indexOf(card);
  const go = (step) => {
    const next = state.cards[place + step];
    location.hash = next ? `#card-${next.id}` : "";
  };
  const criterion = (one) => {
    const chosen = card.scores[one.id];
    const label = make("p", { class: "judge-level muted", "aria-live": "polite" },
      one.values.find(({ value }) => value === chosen)?.label || one.description || "");
    return make("fieldset", { class: "judge-criterion" },
      make("legend", {}, one.name),
      make("div", { class: "scale scale--big" }, ...one.values.map(({ value, label: text }) =>
        make("label", {}, make("input", {
          type: "radio", name: `score-${one.id}`, value, checked: value === chosen,
          onchange: () => {
            label.textContent = text || one.description || "";
            navigator.vibrate?.(10);
            change(card, { scores: { ...card.scores, [one.id]: value } });
          },
        }), make("span", {}, String(value))))),
      label);
  };
  let typing;
  const text = (name, title) => make("div", { class: "field" },
    make("label", { for: `text-${name}` }, title),
    (() => {
      const area = make("textarea", { id: `text-${name}`, rows: 3, maxlength: 5000 });
      area.value = card[name];
      const save = () => { clearTimeout(typing); if (area.value !== card[name]) change(card, { [name]: area.value }); };
      area.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(save, 600); });
      area.addEventListener("blur", save);
      return area;
    })());
  const mark = (name) => make("button", {
    type: "button", class: "button button--small", "aria-pressed": String(card.status === name),
    onclick: async () => { await change(card, { status: card.status === name ? "todo" : name }); draw(); },
  }, texts.mark[name]);
  root.replaceChildren(
    make("p", { class: "breadcrumb" }, make("a", { href: "#" }, texts.all), ` · ${place + 1} / ${state.cards.length}`),
    make("h1", { tabindex: "-1", id: "card-title" }, card.project.title),
    make("p", { class: "muted" }, `${card.project.team}${card.project.table ? ` · ${say(texts.table, { table: card.project.table })}` : ""}`),
    card.project.tagline ? make("p", {}, card.project.tagline) : null,
    ...rubricOf(card).map(criterion),
    make("div", { class: "actions" },
      make("button", {
        type: "button", class: "button button--small", "aria-pressed": String(card.starred),
        onclick: async () => { await change(card, { starred: !card.starred }); draw(); },
      }, card.starred ? texts.unstar : texts.star),
      mark("absent"), mark("busy")),
    ["absent", "busy"].includes(card.status) ? make("p", { class: "notice" }, texts.next[card.status]) : null,
    make("details", { open: Boolean(card.notes || card.feedback) },
      make("summary", {}, texts.words), text("notes", texts.notes), text("feedback", texts.feedback)),
    make("details", {}, make("summary", {}, texts.conflict),
      make("p", {}, texts.conflictHelp),
      make("a", { class: "button button--danger", href: `/judge/cards/${card.id}/?step-back=1` }, texts.conflictGo)),
    make("nav", { class: "judge-bar", "aria-label": texts.move },
      make("button", { type: "button", class: "button", disabled: place === 0, onclick: () => go(-1) }, texts.previous),
      make("button", { type: "button", id: "judge-undo", class: "button", disabled: !undo.some(({ id }) => id === card.id), onclick: () => takeBack(card) }, texts.undo),
      make("button", { type: "button", class: "button button--primary", onclick: () => go(1) },
        place + 1 < state.cards.length ? texts.following : texts.finish)),
  );
}

async function takeBack(card) {
  const index = undo.findLastIndex(({ id }) => id === card.id);
  if (index < 0) return;
  const [{ before }] = undo.splice(index, 1);
  const { scores, notes, feedback, starred, status: was } = before;
  await change(card, { scores, notes, feedback, starred, status: was }, false);
  draw();
}

function draw() {
  const match = location.hash.match(/^#card-(\d+)$/);
  const card = match && state.cards.find(({ id }) => id === Number(match[1]));
  if (card) drawCard(card); else drawList();
}

function navigate() {
  draw();
  scrollTo(0, 0);
  document.querySelector("#card-title")?.focus({ preventScroll: true });
}

async function start() {
  try { state = await store.kept("state"); } catch { storageFailed = true; }
  try { await fetchState(); } catch { /* no network: what lies on the phone will do */ }
  const judge = Number(root.dataset.judge || 0);
  if (state && judge && state.judge.id !== judge) state = undefined;
  if (!state) {
    if (!judge) root.replaceChildren(make("p", { class: "notice notice--danger" }, texts.openLink));
    return;
  }
  const shown = Number(root.dataset.card || 0);
  if (shown && !location.hash) history.replaceState(null, "", `/judge/#card-${shown}`);
  navigate();
  addEventListener("hashchange", navigate);
  await outbox.report().catch(() => {});
  outbox.hurry();
  setInterval(async () => {
    if (document.visibilityState !== "visible" || document.activeElement?.tagName === "TEXTAREA") return;
    try { await fetchState(); draw(); await outbox.report(); } catch { /* later */ }
  }, 30_000);
}

document.querySelector("#judge-sign-out")?.addEventListener("submit", async (event) => {
  const waiting = Number(status.dataset.waiting || 0);
  if (waiting && !confirm(say(texts.leaveUnsent, { n: waiting }))) { event.preventDefault(); return; }
  event.preventDefault();
  const form = event.target;
  try {
    await store.forgetEverything();
    for (const name of await caches.keys()) await caches.delete(name);
    sessionStorage.clear();
  } finally { form.submit(); }
});

if ("serviceWorker" in navigator)
  navigator.serviceWorker.register("/judge/sw.js", { scope: "/judge/" }).catch(() => {});
navigator.storage?.persist?.().catch(() => {});
if (!new URLSearchParams(location.search).has("step-back")) start();

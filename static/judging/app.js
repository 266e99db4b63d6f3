// The judge's pages, drawn from what lies on this phone. See docs/architecture.md.

import { Outbox, ours } from "./outbox.js";
import * as store from "./store.js";

const IDLE = 5_000;
const root = document.querySelector("#judge-app");
const texts = JSON.parse(document.querySelector("#judge-texts").textContent);
const status = document.querySelector("#judge-status");
const newsPlace = document.createElement("div");
status.after(newsPlace);
const otherTabs = new BroadcastChannel("menlo-judging");
let state;
let writing = 0; // taps on their way into the phone's storage
let refused = [];
let others = 0;
let flush; // keeps what is being typed
let wordsOpen;
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
  refreshState: () => fetchState(),
  tell(now) {
    const changed = now.refused.length !== refused.length || now.others !== others;
    ({ refused, others } = now);
    const n = now.waiting;
    const [kind, text] = now.closed
      ? ["danger", say(texts[now.closed], { n: n + refused.length })]
      : writing
        ? ["warning", texts.writing]
        : store.refused()
          ? n ? ["danger", say(texts.storageWaiting, { n })] : ["warning", texts.storage]
          : refused.length
            ? ["danger", say(texts.refused, { why: refused[0].refused })]
            : n
              ? ["warning", now.held ? say(texts.held, { n, why: now.held }) : say(texts.waiting, { n })]
              : ["success", texts.saved];
    status.dataset.waiting = n + refused.length;
    show(kind, text);
    if (changed || now.closed === "revoked") drawUnlessTyping();
  },
  async arrived() {
    await reread();
    otherTabs.postMessage("");
  },
});

function show(kind, text) {
  status.className = `notice notice--${kind} judge-status`;
  if (status.textContent !== text) status.textContent = text;
}

/** Take over what this or another tab wrote. */
async function reread() {
  state = (await store.kept("state")) ?? state;
  drawUnlessTyping();
  await drawNews();
}
otherTabs.onmessage = async () => {
  await reread();
  await outbox.report();
};

async function fetchState() {
  const response = await fetch("/judge/api/state/", {
    redirect: "error", cache: "no-store", signal: AbortSignal.timeout(15_000),
  });
  const fresh = await ours(response);
  if (response.status === 401 && fresh) outbox.closed = fresh.revoked ? "revoked" : "signedOut";
  if (fresh?.menlo === "state") {
    outbox.closed = "";
    outbox.csrf = fresh.csrf;
    delete fresh.csrf;
    fresh.skew = Date.parse(fresh.now) - Date.now();
    state = await store.refresh(fresh);
  }
  await store.keep("closed", outbox.closed);
}

/** Take one change: on this phone first, then on its way. */
async function change(card, values, remember = true) {
  if (remember) {
    const before = Object.fromEntries(Object.keys(values).map((field) => [field, store.valueOf(card, field)]));
    if (Object.keys(values).some((field) => field.startsWith("scores."))) before.status = card.status;
    undo.push({ id: card.id, before });
  }
  writing += 1;
  show("warning", texts.writing);
  try {
    state = await store.change(card.id, values, Date.now() + (state.skew ?? 0));
  } finally {
    writing -= 1;
  }
  otherTabs.postMessage("");
  const now = state.cards.find(({ id }) => id === card.id);
  for (const button of document.querySelectorAll("[data-mark]"))
    button.setAttribute("aria-pressed", String(now.status === button.dataset.mark));
  document.querySelector("#judge-undo")?.toggleAttribute("disabled", !undo.some(({ id }) => id === card.id));
  await outbox.report();
  outbox.send();
}

const cardOf = (id) => state?.cards.find((card) => card.id === id);
const rubricOf = (card) => state.rounds.find(({ id }) => id === card.round)?.criteria ?? [];
const marks = { todo: "○", started: "◐", done: "●", absent: "–", busy: "↻" };

function whereIs({ team, table }) {
  return table ? `${team} · ${say(texts.table, { table })}` : team;
}

/** A field and its value in the reader's words. */
function nameOf(card, field) {
  const [name, id] = field.split(".");
  return id ? rubricOf(card).find((one) => one.id === Number(id))?.name ?? id : texts[name];
}
const shown = (value) => (value === true ? "★" : value === false ? "☆" : value === null || value === "" ? "–" : String(value));

/** What was scored and could not be delivered, to be read and copied. */
function kept(entries) {
  return entries.map(({ card, payload, refused: why }) => {
    const known = cardOf(card);
    const values = Object.entries(payload.scores).filter(([, value]) => value != null)
      .map(([id, value]) => `${known ? nameOf(known, `scores.${id}`) : id}: ${value}`);
    for (const field of ["notes", "feedback"])
      if (payload[field]) values.push(`${texts[field]}: ${payload[field]}`);
    return make("li", { class: "row" },
      make("div", {},
        make("strong", {}, known?.project.title ?? say(texts.card, { n: card })),
        make("div", {}, values.join(" · ") || "–"),
        why ? make("small", { class: "muted" }, why) : null));
  });
}

async function drawKept(place, title, text) {
  const entries = await store.unsent();
  const mine = entries.filter(({ judge }) => !state || judge === state.judge.id);
  place.replaceChildren(...(title ? [make("h1", {}, title), make("p", { class: "lede" }, text)] : []),
    ...(mine.length
      ? [make("h2", {}, say(texts.keptHere, { n: mine.length })), make("ul", { class: "rows" }, ...kept(mine))]
      : []));
}

/** What happened elsewhere, until the judge has read it. */
async function drawNews() {
  const all = (await store.kept("news")) ?? [];
  const mine = all.filter(({ judge, card }) => judge === state?.judge.id && cardOf(card));
  newsPlace.replaceChildren(...(mine.length ? [make("div", { class: "notice notice--warning judge-news", role: "status" },
    ...mine.map((one) => {
      const card = cardOf(one.card);
      const project = card.project.title;
      return make("p", {}, one.late ? say(texts.late, { project }) : say(texts.overruled, {
        project, field: nameOf(card, one.field), stands: shown(one.stands), lost: shown(one.lost),
      }));
    }),
    make("button", { type: "button", class: "button button--small", onclick: async () => {
      await store.keep("news", all.filter((one) => !mine.includes(one)));
      newsPlace.replaceChildren();
      otherTabs.postMessage("");
    } }, texts.seen))] : []));
}

function drawList() {
  const done = state.cards.filter(({ status: s }) => s === "done").length;
  const on = new Set(state.rounds.map(({ now_on }) => now_on).filter(Boolean));
  root.replaceChildren(...[
    make("h1", {}, state.event.name),
    make("p", { class: "lede" }, say(texts.progress, { done, all: state.cards.length })),
    make("progress", { max: state.cards.length || 1, value: done, "aria-label": say(texts.progress, { done, all: state.cards.length }) }),
    refused.length ? make("section", {}, make("h2", {}, texts.notSaved), make("ul", { class: "rows" }, ...kept(refused))) : null,
    state.cards.length
      ? make("ol", { class: "rows judge-list" }, ...state.cards.map((card) =>
          make("li", { class: "row" },
            make("a", { class: "judge-list__link", href: `#card-${card.id}` },
              make("span", { class: "judge-list__mark", "aria-hidden": "true" }, marks[card.status]),
              make("span", {},
                make("strong", {}, card.project.title), card.starred ? " ★" : "",
                make("small", { class: "muted" }, `${whereIs(card.project)} · ${texts.status[card.status]}`),
                on.has(card.project.id) ? make("span", { class: "tag tag--accent" }, texts.nowOn) : "")))))
      : make("div", { class: "empty" }, make("p", {}, texts.noCards)),
    others ? make("p", { class: "muted" }, say(texts.others, { n: others })) : null,
  ].filter(Boolean));
}

function drawCard({ id }) {
  const card = cardOf(id);
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
          type: "radio", id: `score-${one.id}-${value}`, name: `score-${one.id}`, value, checked: value === chosen,
          onchange: () => {
            label.textContent = text || one.description || "";
            navigator.vibrate?.(10);
            change(cardOf(id), { [`scores.${one.id}`]: value });
          },
        }), make("span", {}, String(value))))),
      label);
  };
  const text = (name) => {
    const area = make("textarea", { id: `text-${name}`, rows: 3, maxlength: 5000 });
    let typing;
    area.value = card[name];
    const save = () => {
      clearTimeout(typing);
      flush = undefined;
      if (area.value !== cardOf(id)[name]) change(cardOf(id), { [name]: area.value });
    };
    area.addEventListener("input", () => { clearTimeout(typing); flush = save; typing = setTimeout(save, 600); });
    area.addEventListener("blur", save);
    return make("div", { class: "field" }, make("label", { for: area.id }, texts[name]), area);
  };
  const redrawn = async (values) => { await change(cardOf(id), values); draw(); };
  const mark = (name) => make("button", {
    type: "button", id: `mark-${name}`, class: "button button--small", "data-mark": name, "aria-pressed": String(card.status === name),
    onclick: () => redrawn({ status: cardOf(id).status === name ? "todo" : name }),
  }, texts.mark[name]);
  wordsOpen ??= Boolean(card.notes || card.feedback);
  root.replaceChildren(...[
    make("p", { class: "breadcrumb" }, make("a", { href: "#" }, texts.all), ` · ${place + 1} / ${state.cards.length}`),
    make("h1", { tabindex: "-1", id: "card-title" }, card.project.title),
    make("p", { class: "muted" }, whereIs(card.project)),
    card.project.tagline ? make("p", {}, card.project.tagline) : null,
    ...rubricOf(card).map(criterion),
    make("div", { class: "actions" },
      make("button", {
        type: "button", id: "star", class: "button button--small", "aria-pressed": String(card.starred),
        onclick: () => redrawn({ starred: !cardOf(id).starred }),
      }, card.starred ? texts.unstar : texts.star),
      mark("absent"), mark("busy")),
    ["absent", "busy"].includes(card.status) ? make("p", { class: "notice" }, texts.next[card.status]) : null,
    make("details", { open: wordsOpen, ontoggle: ({ target }) => { wordsOpen = target.open; } },
      make("summary", {}, texts.words), text("notes"), text("feedback")),
    make("details", {}, make("summary", {}, texts.conflict),
      make("p", {}, texts.conflictHelp),
      make("a", { class: "button button--danger", href: `/judge/cards/${id}/?step-back=1` }, texts.conflictGo)),
    make("nav", { class: "judge-bar", "aria-label": texts.move },
      make("button", { type: "button", id: "go-back", class: "button", disabled: place === 0, onclick: () => go(-1) }, texts.previous),
      make("button", { type: "button", id: "judge-undo", class: "button", disabled: !undo.some((one) => one.id === id), onclick: () => takeBack(id) }, texts.undo),
      make("button", { type: "button", id: "go-on", class: "button button--primary", onclick: () => go(1) },
        place + 1 < state.cards.length ? texts.following : texts.finish)),
  ].filter(Boolean));
}

async function takeBack(id) {
  const index = undo.findLastIndex((one) => one.id === id);
  if (index < 0) return;
  const [{ before }] = undo.splice(index, 1);
  await change(cardOf(id), before, false);
  draw();
}

function draw() {
  if (!root || !state) return;
  const focused = document.activeElement?.id;
  const card = cardOf(Number(location.hash.match(/^#card-(\d+)$/)?.[1]));
  if (outbox.closed === "revoked") drawKept(root, texts.closedTitle, texts.closedText);
  else if (card) drawCard(card);
  else drawList();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function drawUnlessTyping() {
  if (document.activeElement?.tagName !== "TEXTAREA") draw();
}

function navigate() {
  flush?.();
  wordsOpen = undefined;
  draw();
  scrollTo(0, 0);
  document.querySelector("#card-title")?.focus({ preventScroll: true });
}

/** Ask for what is new, and for a new version of ourselves. */
async function lookAround() {
  if (document.visibilityState !== "visible") return;
  navigator.serviceWorker?.getRegistration?.().then((known) => known?.update()).catch(() => {});
  try { await fetchState(); } catch { /* later */ }
  drawUnlessTyping();
  await outbox.report();
}

async function start() {
  state = await store.kept("state");
  outbox.closed = (await store.kept("closed")) ?? "";
  const judge = Number(root.dataset.judge || 0);
  if (state && judge && state.judge.id !== judge) state = undefined;
  if (judge) outbox.closed = ""; // the server has just let us in
  // What lies on the phone is shown at once; without it there is only the network.
  const news = fetchState().catch(() => {});
  if (!state) await news;
  if (!state) {
    if (!judge) root.replaceChildren(make("p", { class: "notice notice--danger" }, texts.openLink));
    return;
  }
  const card = Number(root.dataset.card || 0);
  if (card && !location.hash) history.replaceState(null, "", `/judge/#card-${card}`);
  navigate();
  addEventListener("hashchange", navigate);
  addEventListener("online", lookAround);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") flush?.();
    lookAround();
  });
  await outbox.report();
  await news;
  drawUnlessTyping();
  await drawNews();
  outbox.hurry();
  setInterval(lookAround, 30_000);
}

document.querySelector("#judge-sign-out")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  await outbox.hurry();
  const waiting = Number(status.dataset.waiting || 0);
  if (waiting && !confirm(say(texts.leaveUnsent, { n: waiting }))) return;
  try {
    await store.forget(state?.judge.id);
    for (const name of await caches.keys()) await caches.delete(name);
  } finally { form.submit(); }
});

// A new version takes over when nobody is tapping: all is on the phone, nothing is lost.
let touched = 0;
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, true);
addEventListener("beforeunload", (event) => {
  if (store.refused() && Number(status.dataset.waiting)) event.preventDefault();
});
if ("serviceWorker" in navigator) {
  const before = navigator.serviceWorker.controller;
  navigator.serviceWorker.register("/judge/sw.js", { scope: "/judge/" }).catch(() => {});
  navigator.serviceWorker.addEventListener("controllerchange", () => before && setInterval(() => {
    const busy = writing || flush || Date.now() - touched < IDLE || document.activeElement?.tagName === "TEXTAREA";
    if (!busy && !(store.refused() && Number(status.dataset.waiting))) location.reload();
  }, 1000));
}
navigator.storage?.persist?.().catch(() => {});
const keptPlace = document.querySelector("#judge-kept");
if (keptPlace) store.kept("state").then((known) => { state = known; return drawKept(keptPlace); });
else if (root) start();

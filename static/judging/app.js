// The judge's pages, drawn from what lies on this phone. See docs/architecture.md.

import { channel, patience } from "../js/browser.js";
import { announce, make, say, show, texts, unsentNow } from "./dom.js";
import { finish, isLeaving, signOut } from "./leave.js";
import { Outbox, ours } from "./outbox.js";
import { besides, cardPage, following, isOver, kept, listPage, nameOf, onNow, shown } from "./pages.js";
import * as store from "./store.js";

const IDLE = 5_000;
const LOOK_AROUND = 30_000;
const LOOK_AT_STAGE = 5_000;
const root = document.querySelector("#judge-app");
const newsPlace = make("div");
const stagePlace = make("div");
document.querySelector("#judge-status").after(stagePlace, newsPlace);
const otherTabs = channel("menlo-judging");
let state;
let writing = 0; // taps on their way into the phone's storage
let refused = [];
let others = 0;
let flush; // keeps what is being typed
let opened; // parts of the page, of one card
let drawn; // what the page shows, in short
let missed = false; // the page may lack what changed while a tap was being written
let held = false; // a finger is on the glass
let touched = 0;
let hasLeft = false; // signed out: nothing is fetched or kept any more
const UNDOABLE = 30; // so many of the last taps, also after the page was loaded again
let undo = [];

const outbox = new Outbox({
  me: () => state?.judge.id,
  refreshState: () => fetchState(),
  tell(now) {
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
    if (state) show(kind, text, n + refused.length);
    redraw();
  },
  async arrived() {
    await reread();
    otherTabs.postMessage("");
  },
});

/** Take over what this or another tab wrote. */
async function reread() {
  state = (await store.kept("state")) ?? state;
  redraw();
  await drawNews();
}
otherTabs.onmessage = async ({ data }) => {
  if (data === "left") { location.reload(); return; }
  await reread();
  await outbox.report();
};

async function fetchState() {
  const asked = Date.now();
  const response = await fetch("/judge/api/state/", {
    redirect: "error", cache: "no-store", signal: patience(15_000),
  });
  const answered = Date.now();
  const fresh = await ours(response);
  if (hasLeft) return;
  if (response.status === 401 && fresh) outbox.closed = fresh.revoked ? "revoked" : "signedOut";
  if (fresh?.menlo === "state") {
    outbox.closed = "";
    outbox.csrf = fresh.csrf;
    delete fresh.csrf;
    fresh.skew = Date.parse(fresh.now) - (asked + answered) / 2;
    if (state && state.judge.id !== fresh.judge.id) { await makeWay(state); location.replace("/judge/"); return; }
    await store.unlock(fresh);
    const before = state;
    state = await store.refresh(fresh, asked);
    follow(before);
  }
  await store.keep("closed", outbox.closed);
}

/** Somebody else's link was opened in this browser: what waits is locked away. */
async function makeWay(known) {
  state = undefined;
  if (known.vault && store.canLock()) await store.lock(known);
}

/** Take one change: on this phone first, then on its way. */
async function change(id, values, remember = true) {
  const before = cardOf(id);
  if (remember) {
    const old = Object.fromEntries(Object.keys(values).map((field) => [field, store.valueOf(before, field)]));
    if (Object.keys(values).some((field) => field.startsWith("scores."))) old.status = before.status;
    delete old.reason;
    undo = [...undo, { id, before: old }].slice(-UNDOABLE);
  }
  writing += 1;
  show("warning", texts.writing);
  try {
    state = await store.change(id, values, Date.now() + (state.skew ?? 0), state);
    store.keep("undo", undo);
  } finally {
    writing -= 1;
  }
  otherTabs.postMessage("");
  const card = cardOf(id);
  // The page shows a tap and a letter already; all else is drawn anew.
  const isShown = Object.keys(values).every((field) => /^(scores\.|notes|feedback)/.test(field));
  if (!isShown || !remember || store.comesBack(before.status)) {
    draw();
    missed = writing > 0; // of another tap, which this has drawn over
  } else if (missed) {
    missed = writing > 0;
    redraw();
  } else {
    drawn = summary();
    document.querySelector("#judge-undo")?.removeAttribute("disabled");
    const on = document.querySelector("#go-on");
    if (on) on.textContent = following(state, card) ? texts.following : texts.finish;
  }
  await outbox.report();
  outbox.send();
}

const cardOf = (id) => state?.cards.find((card) => card.id === id);
const cardHere = () => cardOf(Number(location.hash.match(/^#card-(\d+)$/)?.[1]));
const canUndo = (id) => undo.some((one) => one.id === id);
const isTyping = () => document.activeElement?.matches("textarea, #reason");

async function drawKept(place, title, text) {
  const mine = (await store.unsent()).filter((one) => one.payload && (!state || one.judge === state.judge.id));
  place.replaceChildren(...(title ? [make("h1", {}, title), make("p", { class: "lede" }, text)] : []),
    ...(mine.length
      ? [make("h2", {}, say(texts.keptHere, { n: mine.length })), make("ul", { class: "rows" }, kept(state, mine))]
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
        project, field: nameOf(state, card, one.field), stands: shown(one.stands), lost: shown(one.lost),
      }));
    }),
    make("button", { type: "button", class: "button button--small", onclick: async () => {
      await store.keep("news", all.filter((one) => !mine.includes(one)));
      newsPlace.replaceChildren();
      otherTabs.postMessage("");
    } }, texts.seen))] : []));
}

/** The demo that is on, unless it is the one that is shown. */
function drawStage() {
  const here = cardHere();
  const on = onNow(state).filter((card) => card !== here);
  stagePlace.replaceChildren(...on.map((card) =>
    make("a", { class: "judge-now", href: `#card-${card.id}` }, make("strong", {}, texts.onStage), ` ${card.project.title}`)));
}

/** The stage has moved on: go along, if the judge was there and has finished. */
function follow(before) {
  if (!before) return;
  const old = onNow(before).map(({ id }) => id);
  const next = onNow(state).find(({ id }) => !old.includes(id));
  if (!next) return;
  const here = cardHere();
  const isAlong = !here || (old.includes(here.id) && here.status !== "started");
  if (isAlong && here !== next && !flush && !isTyping() && !isBusy()) location.hash = `#card-${next.id}`;
  else announce(`${texts.onStage} ${next.project.title}`);
}
const isBusy = () => writing > 0 || held || Date.now() - touched < IDLE;

function type(id, name, area) {
  let typing;
  const save = () => {
    clearTimeout(typing);
    flush = undefined;
    if (area.value !== cardOf(id)[name]) change(id, { [name]: area.value });
  };
  area.addEventListener("input", () => { clearTimeout(typing); flush = save; typing = setTimeout(save, 600); });
  area.addEventListener("blur", save);
}

function drawCard(card) {
  const { id } = card;
  const go = (next) => { location.hash = next ? `#card-${next.id}` : ""; };
  opened ??= new Set(card.notes || card.feedback ? ["words"] : []);
  return cardPage({
    state, card, canUndo: canUndo(id), opened,
    act: {
      change: (values) => change(id, values),
      type: (name, area) => type(id, name, area),
      star: () => change(id, { starred: !cardOf(id).starred }),
      async mark(name) {
        const status = cardOf(id).status === name ? "todo" : name;
        await change(id, { status });
        announce(status === name ? texts.next[name] : texts.status[cardOf(id).status]);
      },
      async stepBack(reason) {
        if (!confirm(say(texts.conflictSure, { project: cardOf(id).project.title }))) return;
        await change(id, { status: "conflict", reason });
        announce(texts.next.conflict);
        document.querySelector("#card-title")?.focus({ preventScroll: true });
        scrollTo(0, 0);
      },
      undo: () => takeBack(id),
      back: () => { const cards = besides(state, cardOf(id)); go(cards[cards.indexOf(cardOf(id)) - 1]); },
      forward: () => go(following(state, cardOf(id))),
    },
  });
}

/** It was no conflict: the server decides, for others may be on their way. */
async function takeConflictBack(id) {
  try {
    await fetch(`/judge/conflicts/${id}/take-back/`, {
      method: "POST", headers: { "X-CSRFToken": outbox.csrf }, redirect: "manual", signal: patience(15_000),
    });
    await lookAround();
  } catch { announce(texts.takeBackLater); }
}

async function takeBack(id) {
  const index = undo.map((one) => one.id).lastIndexOf(id);
  if (index < 0) return;
  const [{ before }] = undo.splice(index, 1);
  await change(id, before, false);
  const [[field, value]] = Object.entries(before);
  announce(say(texts.undone, { field: nameOf(state, cardOf(id), field), value: shown(value) }));
}

/** What the page depends on; when it is the same, the page is. */
function summary() {
  const { revision, taps, ...card } = cardHere() ?? {};
  const list = card.id ? state.cards.map(({ id, status }) => [id, status]) : state?.cards.map(({ taps: _, ...one }) => one);
  return JSON.stringify([location.hash, outbox.closed, refused.length, others, card.id ? [card, canUndo(card.id)] : 0,
    list, state?.rounds, state?.rounds.map((round) => isOver(state, round)), state?.stepped_back, state?.event, state?.opens_at, state?.closes_at]);
}

function draw() {
  if (!root || !state) return;
  drawn = summary();
  const focused = document.activeElement?.id;
  const reason = opened && document.querySelector("#reason")?.value;
  const card = cardHere();
  document.body.classList.toggle("judge--card", Boolean(card) && outbox.closed !== "revoked");
  if (outbox.closed === "revoked") drawKept(root, texts.closedTitle, texts.closedText);
  else root.replaceChildren(...(card ? drawCard(card) : listPage({ state, refused, others, takeBack: takeConflictBack })).flat().filter(Boolean));
  if (reason) document.querySelector("#reason")?.setAttribute("value", reason);
  drawStage();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** Draw what has changed; not below a finger, not what is being typed, and not over a
    tap that the page shows and the state does not yet. */
function redraw() {
  if (writing) { missed = true; return; }
  if (state && !held && !isTyping() && summary() !== drawn) draw();
  else if (state) drawStage();
}

function navigate() {
  flush?.();
  opened = undefined;
  draw();
  scrollTo(0, 0);
  document.querySelector("#card-title")?.focus({ preventScroll: true });
}

/** Ask for what is new, and for a new version of ourselves. */
async function lookAround() {
  if (document.visibilityState !== "visible" || hasLeft) return;
  navigator.serviceWorker?.getRegistration?.().then((known) => known?.update()).catch(() => {});
  try { await fetchState(); } catch { /* later */ }
  redraw();
  await outbox.report();
}

/** Ask which demo is on. Costs little; the rest of the state comes when that changes. */
async function lookAtStage() {
  if (hasLeft) return;
  const isStage = state.rounds.some((round) => round.kind === "stage" && round.has_begun && !round.is_closed);
  if (document.visibilityState !== "visible" || !isStage || outbox.closed) return;
  try {
    const response = await fetch("/judge/api/now/", {
      redirect: "error", cache: "no-store", signal: patience(LOOK_AT_STAGE),
    });
    const now = await ours(response);
    if (now?.menlo === "now" && state.rounds.some(({ id, now_on }) => (now.on[id] ?? null) !== now_on)) await lookAround();
  } catch { /* later */ }
}

async function start() {
  if (await isLeaving()) { await finish(root); return; }
  const known = await store.kept("state");
  outbox.closed = (await store.kept("closed")) ?? "";
  const judge = Number(root.dataset.judge || 0);
  if (known && judge && known.judge.id !== judge) await makeWay(known);
  else state = known;
  if (state) undo = (await store.kept("undo")) ?? [];
  if (judge) outbox.closed = ""; // the server has just let us in
  // What lies on the phone is shown at once; without it there is only the network.
  const news = fetchState().catch(() => {});
  if (!state) await news;
  if (!state) {
    if (!judge) root.replaceChildren(make("p", { class: "notice notice--danger" }, texts.openLink));
    return;
  }
  document.querySelector("#judge-name").textContent = state.judge.name;
  document.querySelector("#judge-sign-out").hidden = false;
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
  redraw();
  await drawNews();
  outbox.hurry();
  setInterval(lookAround, LOOK_AROUND);
  setInterval(lookAtStage, LOOK_AT_STAGE);
}

document.querySelector("#judge-sign-out")?.addEventListener("submit", async (event) => {
  if (!state) return; // nothing is kept here: the form does it
  event.preventDefault();
  flush?.();
  if (!await signOut(state, outbox, () => { hasLeft = true; })) return;
  state = undefined;
  newsPlace.replaceChildren();
  stagePlace.replaceChildren();
  otherTabs.postMessage("left");
  await finish(root);
});

for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { touched = Date.now(); }, true);
addEventListener("pointerdown", () => { held = true; }, true);
for (const kind of ["pointerup", "pointercancel"])
  addEventListener(kind, () => { setTimeout(() => { held = false; redraw(); }, 50); }, true);
addEventListener("beforeunload", (event) => {
  if (store.refused() && unsentNow()) event.preventDefault();
});
addEventListener("pageshow", ({ persisted }) => { if (persisted && !state) location.reload(); });
// A new version takes over when nobody is tapping: all is on the phone, nothing is lost.
if ("serviceWorker" in navigator) {
  let hadOne = Boolean(navigator.serviceWorker.controller);
  navigator.serviceWorker.register("/judge/sw.js", { scope: "/judge/" }).catch(() => {});
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) setInterval(() => {
      if (!isBusy() && !flush && !isTyping() && !(store.refused() && unsentNow())) location.reload();
    }, 1000);
    hadOne = true;
  });
}
navigator.storage?.persist?.().catch(() => {});
const keptPlace = document.querySelector("#judge-kept");
if (keptPlace) store.kept("state").then((known) => { state = known; return drawKept(keptPlace); });
else if (root) start();

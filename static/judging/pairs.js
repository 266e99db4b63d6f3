// The judge's page in a pairwise round, drawn from what lies on this phone. An answer is
// written here first and then sent as often as it takes; the server knows each by its
// number, so sending twice changes nothing. The next projects come along in advance.

import { copy, patience } from "../js/browser.js";

const NAME = "menlo-pairs";
const HERE = "/judge/pairs/";
const EVERY = 15_000;
const PATIENCE = 20_000;
const HASTY = 3_000;
const FEW = 2; // so little ahead, and the server is asked for more
const STUTTER = 400; // a second tap of the same thumb is no answer
const FINAL = new Set([400, 403, 404, 410, 413, 422]);

const texts = JSON.parse(document.querySelector("#pair-texts")?.textContent ?? "{}");
const say = (text, values = {}) =>
  Object.entries(values).reduce((all, [name, value]) => all.replaceAll(`{${name}}`, value), text);
let root, status, state;
let csrf = "";
let closed = false; // the session has ended
let writing = 0;
let shownAt = 0;
let asking; // the answer that was too quick, until it is said again
let askedAt = 0;
let sending = false;

// --- What this phone keeps: the state, and the answers that have not arrived

const memory = { kept: new Map(), queue: new Map() };
let broken = false;
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("kept");
      request.result.createObjectStore("queue", { keyPath: "revision" });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      request.result.onclose = () => { opening = undefined; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  opening.catch(() => { opening = undefined; });
  return opening;
}

/** Write some rows; settles when the transaction is complete. */
async function write(puts, deletes = []) {
  for (const [store, key, value] of puts) memory[store].set(key, copy(value));
  for (const [store, key] of deletes) memory[store].delete(key);
  try {
    const db = await open();
    await new Promise((resolve, reject) => {
      const transaction = db.transaction(["kept", "queue"], "readwrite", { durability: "strict" });
      for (const [store, key, value] of puts)
        transaction.objectStore(store).put(value, ...(store === "kept" ? [key] : []));
      for (const [store, key] of deletes) transaction.objectStore(store).delete(key);
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    });
    broken = false;
  } catch (error) {
    console.info("nothing can be kept here:", error?.message);
    broken = true;
  }
}

async function read() {
  try {
    const db = await open();
    await new Promise((resolve, reject) => {
      const transaction = db.transaction(["kept", "queue"]);
      for (const name of ["state", "client"]) {
        const request = transaction.objectStore("kept").get(name);
        request.onsuccess = () => request.result !== undefined && memory.kept.set(name, request.result);
      }
      const all = transaction.objectStore("queue").getAll();
      all.onsuccess = () => { memory.queue = new Map(all.result.map((one) => [one.revision, one])); };
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
  } catch { broken = true; }
}

const mine = () => [...memory.queue.values()].filter(({ judge }) => judge === state?.judge).sort((a, b) => a.revision - b.revision);
const unsent = () => mine().filter(({ refused }) => !refused);

function report() {
  const n = unsent().length;
  const refused = mine().find((one) => one.refused);
  const [kind, text] = closed ? ["danger", say(texts.signedOut, { n })]
    : writing ? ["warning", texts.writing]
      : refused ? ["danger", say(texts.refused, { why: refused.refused })]
        : n ? ["warning", say(broken ? texts.storage : texts.waiting, { n })]
          : state?.late ? ["warning", texts.late] : ["success", texts.saved];
  status.className = `notice notice--${kind} judge-status`;
  status.dataset.waiting = n;
  if (status.textContent !== text) status.textContent = text;
}

// --- Answers

const walk = () => state?.rounds.find(({ round }) => round === state.chosen) ?? state?.rounds[0];

function move(here, body) {
  here.ahead = here.ahead.filter((id) => id !== body.current);
  if (body.answer === "absent" || body.answer === "busy") return;
  here.at = body.current;
  here.seen += 1;
}

async function give(answer) {
  const here = walk();
  const seconds = Math.floor((Date.now() - shownAt) / 1000);
  const chooses = answer === "previous" || answer === "current";
  if (chooses && Date.now() - shownAt < HASTY && asking !== answer) {
    asking = answer;
    askedAt = Date.now();
    draw();
    return;
  }
  asking = undefined;
  const revision = Math.max((state.revision ?? 0) + 1, Math.round(Date.now() + (state.skew ?? 0)));
  const body = {
    round: here.round, previous: here.at, current: here.ahead[0], answer, seconds,
    tapped_at: new Date(Date.now() + (state.skew ?? 0)).toISOString(),
  };
  state.undo = [...(state.undo ?? []), { revision, body, at: here.at, ahead: here.ahead, seen: here.seen }].slice(-20);
  state.revision = revision;
  if (chooses) here.compared = (here.compared ?? 0) + 1;
  move(here, body);
  navigator.vibrate?.(10);
  await keep({ revision, judge: state.judge, body });
}

async function takeBack() {
  const last = state.undo?.[state.undo.length - 1];
  if (!last) return;
  state.undo = state.undo.slice(0, -1);
  const here = state.rounds.find(({ round }) => round === last.body.round);
  if (!here) return;
  Object.assign(here, { at: last.at, ahead: last.ahead, seen: last.seen ?? here.seen });
  if (last.body.answer === "previous" || last.body.answer === "current") here.compared -= 1;
  asking = undefined;
  await keep({ revision: last.revision, judge: state.judge, body: { ...last.body, undone: true } });
}

async function keep(entry) {
  writing += 1;
  report();
  draw(true);
  if (!memory.kept.has("client")) {
    const bytes = crypto.getRandomValues(new Uint8Array(10));
    memory.kept.set("client", Array.from(bytes, (byte) => byte.toString(36)).join(""));
  }
  await write([["queue", entry.revision, entry], ["kept", "state", state], ["kept", "client", memory.kept.get("client")]]);
  writing -= 1;
  report();
  send();
}

// --- The way to the server

async function ours(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return undefined;
  try {
    const answer = await response.json();
    return answer?.menlo ? answer : undefined;
  } catch { return undefined; }
}

async function fetchState() {
  const ask = (more) => fetch("/judge/api/pairs/", {
    redirect: "error", cache: "no-store", signal: patience(PATIENCE), ...more,
  });
  let response = await ask();
  let fresh = await ours(response);
  if (fresh?.rounds?.some(({ ahead }) => ahead.length < FEW)) {
    response = await ask({ method: "POST", headers: { "X-CSRFToken": fresh.csrf } });
    fresh = await ours(response) ?? fresh;
  }
  if (response.status === 401 && fresh) closed = true;
  if (fresh?.menlo !== "pairs") return;
  closed = false;
  csrf = fresh.csrf;
  if (unsent().length || writing) return; // what was answered here is newer
  const old = state?.judge === fresh.judge ? state : {};
  const known = new Map((old.rounds ?? []).map((one) => [one.round, one]));
  state = {
    judge: fresh.judge, chosen: old.chosen, undo: old.undo, revision: old.revision,
    skew: Date.parse(fresh.now) - Date.now(),
    rounds: fresh.rounds.map((one) => ({
      compared: Math.max(one.seen - 1, 0), ...merged(known.get(one.round), one),
    })),
  };
  await write([["kept", "state", state]]);
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    await (navigator.locks
      ? navigator.locks.request(NAME, { ifAvailable: true }, (lock) => lock && drain())
      : drain());
  } catch (error) {
    console.info("will be sent later:", error.message);
  } finally {
    sending = false;
    report();
  }
}

async function drain() {
  for (let entry; (entry = unsent()[0]);) {
    if (!csrf) await fetchState();
    const response = await fetch(`/judge/api/comparisons/${memory.kept.get("client")}/${entry.revision}/`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify(entry.body),
      redirect: "error",
      signal: patience(PATIENCE),
    });
    const answer = await ours(response);
    const same = memory.queue.get(entry.revision)?.body.undone === entry.body.undone;
    if (response.ok && answer?.menlo === "saved" && answer.revision === entry.revision) {
      closed = false;
      if (same) await write([], [["queue", entry.revision]]);
      if (answer.outcome === "late") state.late = true;
      if (!unsent().length && !writing) await adopt(answer.walk);
    } else if (FINAL.has(response.status) && answer?.menlo === "error") {
      if (same) await write([["queue", entry.revision, { ...entry, refused: answer.error }]]);
    } else {
      if (response.status === 401 && answer) closed = true;
      if (response.status === 403) csrf = "";
      throw new Error(`status ${response.status}`);
    }
    report();
  }
}

/** Which two projects a walk asks about. */
const pairOf = (here) => `${here.round}:${here.at}:${here.ahead[0]}`;

/** What the server says of a walk. Projects that it no longer names stay: an answer that
    is taken back asks about them again. */
const merged = (old, fresh) => ({ ...old, ...fresh, projects: { ...old?.projects, ...fresh.projects } });

/** Take over the walk as the server knows it; the pair in front of the judge stays. */
async function adopt(fresh) {
  const here = state.rounds.find(({ round }) => round === fresh.round);
  if (!here) return;
  const before = pairOf(here);
  Object.assign(here, merged(here, fresh));
  await write([["kept", "state", state]]);
  if (before !== pairOf(here) || !root.querySelector("[data-pair]")) draw();
}

// --- The page

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null && child !== false));
  return element;
}

const where = ({ team, table }) => table ? `${team} · ${say(texts.table, { table })}` : team;

function button(id, kind, text, onclick, disabled = false) {
  return make("button", { id, type: "button", class: `button ${kind}`, onclick, disabled }, text);
}

function question(here, previous, current) {
  const choice = (answer, when, project) => make("button", {
    id: `pick-${answer}`, type: "button", class: "button", onclick: () => give(answer),
  }, make("small", {}, when), project.title);
  if (asking) {
    const project = (asking === "previous" ? previous : current).title;
    return [
      make("p", { class: "notice notice--warning", role: "alert" }, say(texts.quick, { project })),
      button("sure", "button--primary button--large", texts.yes, () => Date.now() - askedAt > STUTTER && give(asking)),
      button("look", "button--large", texts.no, () => { asking = undefined; draw(); }),
    ];
  }
  if (!previous)
    return [make("p", {}, texts.startText), button("seen", "button--primary button--large", texts.seen, () => give("seen"))];
  return [
    make("h2", {}, texts.question),
    make("div", { class: "pairs__choice" }, choice("previous", texts.before, previous), choice("current", texts.now, current)),
  ];
}

function draw(isNew = false) {
  const here = walk();
  const current = here?.projects[here.ahead[0]];
  const previous = here?.projects[here.at];
  const after = here?.projects[here.ahead[1]];
  const key = current ? pairOf(here) : "";
  if (root.dataset.pair !== key) shownAt = Date.now();
  root.dataset.pair = key;
  const focused = document.activeElement?.id;
  const tabs = (state?.rounds.length ?? 0) > 1 && make("nav", { class: "tabs" }, make("ul", {}, state.rounds.map((one) =>
    make("li", {}, make("a", {
      href: `${HERE}?round=${one.round}`, "aria-current": one === here ? "page" : null,
      onclick: (event) => { event.preventDefault(); state.chosen = one.round; asking = undefined; draw(true); },
    }, one.name)))));
  const undo = state?.undo?.length ? button("undo", "button--small", texts.undo, takeBack) : null;
  const page = current
    ? [
      make("p", { class: "eyebrow" }, previous ? texts.goTo : texts.startTitle),
      make("h1", { id: "pair-title", tabindex: "-1", "data-pair": key }, current.title),
      make("p", { class: "muted" }, where(current)),
      current.tagline ? make("p", {}, current.tagline) : null,
      question(here, previous, current),
      asking ? null : make("div", { class: "actions" },
        previous ? button("unsure", "button--small", texts.unsure, () => give("unsure")) : null,
        button("absent", "button--small", texts.absent, () => give("absent")),
        button("busy", "button--small", texts.busy, () => give("busy")), undo),
      make("p", { class: "muted" }, say(texts.count, { n: here.compared ?? 0 }),
        after ? ` · ${texts.next}: ${after.title}, ${where(after)}` : ""),
    ]
    : [
      make("h1", { id: "pair-title", tabindex: "-1" }, here?.name ?? texts.none),
      here ? make("p", {}, unsent().length || !navigator.onLine ? texts.offline : texts.done) : null,
      undo,
    ];
  root.replaceChildren(make("div", { class: "pairs" }, tabs || null, page),
    make("p", {}, make("a", { href: "/judge/" }, texts.all)));
  if (isNew) {
    scrollTo(0, 0);
    document.querySelector("#pair-title")?.focus({ preventScroll: true });
  } else if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function lookAround() {
  if (document.visibilityState !== "visible") return;
  const before = JSON.stringify(walk());
  try { await fetchState(); } catch { /* later */ }
  if (JSON.stringify(walk()) !== before && !asking) draw();
  await send();
}

/** Forget this judge's pairs on the phone; asks first if something would be lost. */
async function signOut(event) {
  event.preventDefault();
  await send();
  const n = unsent().length;
  if (n && !confirm(say(texts.leaveUnsent, { n }))) return;
  await new Promise((done) => {
    opening?.then((db) => db.close());
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = done;
  });
  event.target.submit();
}

async function start() {
  // The page that the phone keeps is another page's too: make room for this one.
  const place = document.querySelector("#pairs-app") ?? document.querySelector("#judge-app");
  root = make("div", { id: "pairs-app" });
  status = document.querySelector("#pairs-status") ?? make("p", { class: "judge-status", role: "status" });
  const judge = Number(place.dataset.judge || 0);
  const chosen = Number(new URLSearchParams(location.search).get("round")) || Number(place.dataset.round) || undefined;
  document.querySelector("#judge-sign-out")?.addEventListener("submit", signOut);
  navigator.serviceWorker?.register("/judge/sw.js", { scope: "/judge/" }).catch(() => {});
  await read();
  state = memory.kept.get("state");
  if (state && judge && state.judge !== judge) state = undefined;
  const news = fetchState().catch(() => {});
  if (!state) await news;
  place.replaceWith(root);
  if (!status.isConnected) {
    document.querySelector("#judge-status")?.remove();
    root.before(status);
  }
  if (!state) {
    root.replaceChildren(make("p", { class: "notice notice--danger" }, texts.openLink));
    return;
  }
  if (chosen) state.chosen = chosen;
  draw();
  report();
  addEventListener("online", lookAround);
  addEventListener("pageshow", lookAround);
  document.addEventListener("visibilitychange", lookAround);
  setInterval(lookAround, EVERY);
  await news;
  if (!asking) draw();
  await send();
}

if (location.pathname === HERE && texts.saved) start();

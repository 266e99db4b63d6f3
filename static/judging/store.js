// What the phone keeps: one IndexedDB with the state and the cards not sent yet. All tabs
// share it, so each change reads and writes in one transaction. A promise here settles
// when the transaction is complete, not when it was asked for. Where the browser refuses
// to keep anything, this page's memory stands in, and `refused()` says so.

import { copy } from "../js/browser.js";
import { openDB } from "../vendor/idb-8.0.4.js";

const NAME = "menlo-judging";
const VERSION = 1;
// Of what lies in the queue. 1 had no number; it reads like 2. What a newer version of
// ourselves left here is not touched: that one will send it.
const QUEUE = 2;
const memory = { kept: new Map(), unsent: new Map() };
const unwritten = new Set();
let broken = false;
let opening;

export const refused = () => broken;
export const comesBack = (status) => ["absent", "busy", "trouble"].includes(status);
export const isConflict = ({ status }) => status === "conflict";
/** Whether this page may send it: not locked away, and of a version that it knows. */
export const isReadable = ({ payload, v = 1 }) => Boolean(payload) && v <= QUEUE;

function open() {
  opening ??= openDB(NAME, VERSION, {
    upgrade(db) {
      db.createObjectStore("kept");
      db.createObjectStore("unsent", { keyPath: "card" });
    },
    blocking(_now, _wanted, { target }) { target.close(); opening = undefined; },
    terminated() { opening = undefined; },
  });
  opening.catch(() => { opening = undefined; });
  return opening;
}

async function inDatabase(mode, work) {
  const transaction = (await open()).transaction(["kept", "unsent"], mode, { durability: "strict" });
  transaction.done.catch(() => {}); // it is awaited below
  const writes = [];
  const mirror = (name, key, value) => memory[name].set(key, copy(value));
  const tools = {
    async get(name, key) {
      const value = await transaction.objectStore(name).get(key);
      if (value !== undefined) mirror(name, key, value);
      return value;
    },
    async all(name) {
      const values = await transaction.objectStore(name).getAll();
      memory[name].clear();
      for (const value of values) mirror(name, value.card, value);
      return values;
    },
    put(name, key, value) {
      writes.push(() => mirror(name, key, value));
      return transaction.objectStore(name).put(value, ...(name === "kept" ? [key] : []));
    },
    delete(name, key) {
      writes.push(() => memory[name].delete(key));
      return transaction.objectStore(name).delete(key);
    },
  };
  try {
    const answer = await work(tools);
    await transaction.done;
    for (const write of writes) write();
    return answer;
  } catch (error) {
    try { transaction.abort(); } catch { /* it is over already */ }
    throw error;
  }
}

const inMemory = {
  get: async (store, key) => copy(memory[store].get(key)),
  all: async (store) => copy([...memory[store].values()]),
  put: async (store, key, value) => {
    memory[store].set(key, copy(value));
    if (store === "unsent") unwritten.add(key);
  },
  delete: async (store, key) => {
    memory[store].delete(key);
    if (store === "unsent") unwritten.add(key);
  },
};

async function run(mode, work) {
  // A connection that was lost in the middle is opened anew, once.
  for (let tries = 2; tries && !broken; tries -= 1) {
    try { return await inDatabase(mode, work); } catch (error) {
      console.info("nothing can be kept here:", error?.message);
      broken = tries === 1;
      opening = undefined;
    }
  }
  return work(inMemory);
}

/** Try the phone's storage again, and write what only this page's memory has. */
export async function mend() {
  if (!broken) return;
  try {
    await inDatabase("readwrite", async (t) => {
      for (const card of unwritten) {
        if (memory.unsent.has(card)) await t.put("unsent", card, memory.unsent.get(card));
        else await t.delete("unsent", card);
      }
      if (memory.kept.has("state")) await t.put("kept", "state", memory.kept.get("state"));
    });
    unwritten.clear();
    broken = false;
  } catch { opening = undefined; }
}

export const kept = (name) => run("readonly", (t) => t.get("kept", name));
export const keep = (name, value) => run("readwrite", (t) => t.put("kept", name, value));
export const unsent = () => run("readonly", (t) => t.all("unsent"));

const EVERYTHING = ["notes", "feedback", "starred", "status"];
/** The fields of a payload that were tapped on this phone. */
const tapped = ({ taps, scores }) =>
  Object.keys(taps ?? {}).length ? Object.keys(taps) : [...EVERYTHING, ...Object.keys(scores).map((id) => `scores.${id}`)];

export function valueOf(content, field) {
  const [name, id] = field.split(".");
  return id ? content.scores[id] ?? null : content[name];
}

function set(card, field, value) {
  const [name, id] = field.split(".");
  if (id) card.scores = { ...card.scores, [id]: value };
  else card[name] = value;
}

/** Lay what has not arrived yet over what the server knows. */
function overlay(card, entry) {
  for (const field of tapped(entry.payload)) set(card, field, valueOf(entry.payload, field));
  card.revision = Math.max(card.revision, entry.revision);
}

const CONTENT = [...EVERYTHING, "scores", "taps", "revision", "saved"];

/** Take the server's state, asked for then; taps that have not arrived yet stay, and so
    does what arrived since: the answer may be from before. */
export const refresh = (state, asked) => run("readwrite", async (t) => {
  const known = await t.get("kept", "state");
  for (const old of known?.judge.id === state.judge.id ? known.cards : []) {
    const card = old.saved >= asked && state.cards.find(({ id }) => id === old.id);
    if (card) for (const name of CONTENT) card[name] = old[name];
  }
  for (const entry of await t.all("unsent")) {
    const card = state.cards.find(({ id }) => id === entry.card);
    if (card && entry.judge === state.judge.id && isReadable(entry)) overlay(card, entry);
  }
  await t.put("kept", "state", state);
  return state;
});

/** The criteria of a card's project. */
export function rubricOf(state, card) {
  const round = state.rounds.find(({ id }) => id === card.round);
  const tracks = card.project.tracks ?? [];
  return (round?.criteria ?? []).filter(({ track }) => track == null || tracks.includes(track));
}

/** Take one change of a card: into the state and into the queue, or neither.
    `shown` is what the page shows, should the browser have thrown the state away. */
export const change = (id, values, now, shown) => run("readwrite", async (t) => {
  const state = (await t.get("kept", "state")) ?? copy(shown);
  const known = await t.get("unsent", id);
  const entry = known?.payload ? known : undefined;
  let client = await t.get("kept", "client");
  if (!client) {
    client = Array.from(crypto.getRandomValues(new Uint8Array(10)), (b) => b.toString(36)).join("");
    await t.put("kept", "client", client);
  }
  const card = state.cards.find((one) => one.id === id);
  const rubric = rubricOf(state, card);
  const before = { ...card };
  for (const [field, value] of Object.entries(values)) set(card, field, value);
  const scored = Object.keys(values).some((field) => field.startsWith("scores."));
  const wanted = values.status ?? (scored ? "todo" : card.status);
  const given = rubric.filter((one) => card.scores[one.id] != null).length;
  card.status = comesBack(wanted) || isConflict({ status: wanted })
    ? wanted : given && given === rubric.length ? "done" : given ? "started" : "todo";
  const fields = new Set(Object.keys(values).filter((name) => name !== "reason"));
  if (scored || card.status !== before.status) fields.add("status");
  card.revision = Math.max(card.revision + 1, Math.round(now));
  const taps = {}, base = { ...entry?.payload.base };
  for (const field of entry ? tapped(entry.payload) : [])
    taps[field] = entry.payload.taps?.[field] ?? entry.revision;
  for (const field of fields) {
    taps[field] = card.revision;
    base[field] ??= card.taps?.[field] ?? 0;
  }
  const payload = {
    client, revision: card.revision, tapped_at: new Date(now).toISOString(),
    scores: card.scores, notes: card.notes, feedback: card.feedback,
    starred: card.starred, status: card.status, taps, base,
    ...(isConflict(card) ? { reason: values.reason ?? entry?.payload.reason ?? "" } : {}),
  };
  await t.put("unsent", id, { v: Math.max(QUEUE, entry?.v ?? 1), card: id, judge: state.judge.id, revision: card.revision, payload });
  await t.put("kept", "state", state);
  return state;
});

/** A card has arrived: forget it, unless it was changed again meanwhile. */
export const arrived = (entry, answer) => run("readwrite", async (t) => {
  const newer = await t.get("unsent", entry.card);
  const state = await t.get("kept", "state");
  const card = state?.cards.find(({ id }) => id === entry.card);
  if (card) Object.assign(card, answer.card, { saved: Date.now() });
  if (newer && newer.revision !== entry.revision) { if (card) overlay(card, newer); }
  else {
    await t.delete("unsent", entry.card);
    if (state && isConflict(entry.payload)) state.cards = state.cards.filter((one) => one !== card);
  }
  if (state) await t.put("kept", "state", state);
  const news = (await t.get("kept", "news")) ?? [];
  const mine = { judge: entry.judge, card: entry.card };
  for (const one of answer.overruled ?? []) news.push({ ...mine, ...one });
  if (answer.outcome === "late" && !news.some((one) => one.late && one.card === entry.card))
    news.push({ ...mine, late: true });
  await t.put("kept", "news", news);
});

/** The server said no for good: keep the card, with its reason. */
export const refuse = (entry, why) => run("readwrite", async (t) => {
  const newer = await t.get("unsent", entry.card);
  if (newer?.revision === entry.revision) await t.put("unsent", entry.card, { ...newer, refused: why });
});

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const keyOf = (text) => crypto.subtle.importKey("raw", bytes(text), "AES-GCM", false, ["encrypt", "decrypt"]);
/** Whether cards can be locked: browsers do so on safe connections only. */
export const canLock = () => Boolean(globalThis.crypto?.subtle) && !broken;

/** Lock a judge's unsent cards with a key that comes with their state, and forget that. */
export async function lock({ judge, vault }) {
  const key = await keyOf(vault[0]);
  const locked = [];
  for (const { payload, ...entry } of await unsent()) {
    if (entry.judge !== judge.id || !payload) continue;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = new TextEncoder().encode(JSON.stringify({ payload, refused: entry.refused }));
    delete entry.refused;
    locked.push({ ...entry, locked: { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, data) } });
  }
  await run("readwrite", async (t) => {
    for (const entry of locked) await t.put("unsent", entry.card, entry);
    await forgetState(t);
  });
}

/** Open what this judge locked away on this phone earlier. */
export async function unlock({ judge, vault = [] }) {
  const mine = (await unsent()).filter((entry) => entry.judge === judge.id && entry.locked);
  for (const { locked: { iv, data }, ...entry } of mine)
    for (const text of vault) {
      try {
        const open = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await keyOf(text), data);
        const content = JSON.parse(new TextDecoder().decode(open));
        await run("readwrite", (t) => t.put("unsent", entry.card, { ...entry, ...content }));
        break;
      } catch { /* not with this key */ }
    }
}

async function forgetState(t) {
  for (const name of ["state", "news", "client", "closed", "undo"]) await t.delete("kept", name);
}

/** Forget the state and this judge's cards; another judge's wait on. */
export const forget = (judge) => run("readwrite", async (t) => {
  await forgetState(t);
  for (const entry of await t.all("unsent"))
    if (entry.judge === judge) await t.delete("unsent", entry.card);
});

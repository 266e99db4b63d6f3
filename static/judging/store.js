// What the phone keeps: one IndexedDB with the state and the cards not sent yet. All tabs
// share it, so each change reads and writes in one transaction. A promise here settles
// when the transaction is complete, not when it was asked for. Where the browser refuses
// to keep anything, this page's memory stands in, and `refused()` says so.

const NAME = "menlo-judging";
const VERSION = 1;
const memory = { kept: new Map(), unsent: new Map() };
const unwritten = new Set();
let broken = false;
let opening;

export const refused = () => broken;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      if (!db.objectStoreNames.contains("kept")) db.createObjectStore("kept");
      if (!db.objectStoreNames.contains("unsent"))
        db.createObjectStore("unsent", { keyPath: "card" });
    };
    request.onsuccess = () => {
      request.result.onclose = () => { opening = undefined; };
      request.result.onversionchange = () => { request.result.close(); opening = undefined; };
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  opening.catch(() => { opening = undefined; });
  return opening;
}

async function inDatabase(mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(["kept", "unsent"], mode, { durability: "strict" });
    const ask = (store, method, ...values) => new Promise((done, failed) => {
      const request = transaction.objectStore(store)[method](...values);
      request.onsuccess = () => done(request.result);
      request.onerror = () => failed(request.error);
    });
    const writes = [];
    let answer;
    const tools = {
      get: async (store, key) => {
        const value = await ask(store, "get", key);
        if (value !== undefined) memory[store].set(key, structuredClone(value));
        return value;
      },
      all: async (store) => {
        const values = await ask(store, "getAll");
        memory[store] = new Map(values.map((value) => [value.card, structuredClone(value)]));
        return values;
      },
      put: (store, key, value) => {
        writes.push(() => memory[store].set(key, structuredClone(value)));
        return ask(store, "put", value, ...(store === "kept" ? [key] : []));
      },
      delete: (store, key) => {
        writes.push(() => memory[store].delete(key));
        return ask(store, "delete", key);
      },
    };
    transaction.oncomplete = () => {
      for (const write of writes) write();
      resolve(answer);
    };
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    work(tools).then((result) => { answer = result; }).catch((error) => {
      try { transaction.abort(); } catch { /* it is over already */ }
      reject(error);
    });
  });
}

const inMemory = {
  get: async (store, key) => structuredClone(memory[store].get(key)),
  all: async (store) => structuredClone([...memory[store].values()]),
  put: async (store, key, value) => {
    memory[store].set(key, structuredClone(value));
    if (store === "unsent") unwritten.add(key);
  },
  delete: async (store, key) => {
    memory[store].delete(key);
    if (store === "unsent") unwritten.add(key);
  },
};

async function run(mode, work) {
  if (!broken) {
    try { return await inDatabase(mode, work); } catch (error) {
      console.info("nothing can be kept here:", error?.message);
      broken = true;
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

/** Take the server's state; taps that have not arrived yet stay. */
export const refresh = (state) => run("readwrite", async (t) => {
  for (const entry of await t.all("unsent")) {
    const card = state.cards.find(({ id }) => id === entry.card);
    if (card && entry.judge === state.judge.id) overlay(card, entry);
  }
  await t.put("kept", "state", state);
  return state;
});

/** Take one change of a card: into the state and into the queue, or neither. */
export const change = (id, values, now) => run("readwrite", async (t) => {
  const state = await t.get("kept", "state");
  const entry = await t.get("unsent", id);
  let client = await t.get("kept", "client");
  if (!client) {
    client = Array.from(crypto.getRandomValues(new Uint8Array(10)), (b) => b.toString(36)).join("");
    await t.put("kept", "client", client);
  }
  const card = state.cards.find((one) => one.id === id);
  const rubric = state.rounds.find((one) => one.id === card.round)?.criteria ?? [];
  const before = { ...card };
  for (const [field, value] of Object.entries(values)) set(card, field, value);
  const scored = Object.keys(values).some((field) => field.startsWith("scores."));
  const wanted = values.status ?? (scored ? "todo" : card.status);
  const given = rubric.filter((one) => card.scores[one.id] != null).length;
  card.status = ["absent", "busy"].includes(wanted)
    ? wanted : given && given === rubric.length ? "done" : given ? "started" : "todo";
  const fields = new Set(Object.keys(values));
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
  };
  await t.put("unsent", id, { card: id, judge: state.judge.id, revision: card.revision, payload });
  await t.put("kept", "state", state);
  return state;
});

/** A card has arrived: forget it, unless it was changed again meanwhile. */
export const arrived = (entry, answer) => run("readwrite", async (t) => {
  const newer = await t.get("unsent", entry.card);
  const state = await t.get("kept", "state");
  const card = state?.cards.find(({ id }) => id === entry.card);
  if (card) Object.assign(card, answer.card);
  if (newer && newer.revision !== entry.revision) { if (card) overlay(card, newer); }
  else await t.delete("unsent", entry.card);
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

/** Forget the state and this judge's cards; another judge's wait on. */
export const forget = (judge) => run("readwrite", async (t) => {
  for (const name of ["state", "news", "client"]) await t.delete("kept", name);
  for (const entry of await t.all("unsent"))
    if (entry.judge === judge) await t.delete("unsent", entry.card);
});

// What the phone keeps: one IndexedDB with the state and the cards not sent yet.
// A promise here settles when the transaction is complete, not when it was asked for.

const NAME = "menlo-judging";
const VERSION = 1;
let opening;

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
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
  opening.catch(() => { opening = undefined; });
  return opening;
}

async function run(store, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode, { durability: "strict" });
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    transaction.onerror = () => reject(transaction.error);
  });
}

export const keep = (name, value) => run("kept", "readwrite", (s) => s.put(value, name));
export const kept = (name) => run("kept", "readonly", (s) => s.get(name));
export const queue = (entry) => run("unsent", "readwrite", (s) => s.put(entry));
export const unsent = () => run("unsent", "readonly", (s) => s.getAll());

/** Forget a card that has arrived, unless it was changed again meanwhile. */
export async function sent(card, revision) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction("unsent", "readwrite");
    const store = transaction.objectStore("unsent");
    store.get(card).onsuccess = ({ target }) => {
      if (target.result?.revision === revision) store.delete(card);
    };
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

export async function forgetEverything() {
  await run("kept", "readwrite", (s) => s.clear());
  await run("unsent", "readwrite", (s) => s.clear());
}

// Signing out of a phone that others use. What is not sent yet is sent, or locked away with
// a key that only the server has. Works without a network, too: the server hears of it later.

import { patience } from "../js/browser.js";
import { make, say, texts, unsentNow } from "./dom.js";
import { ours } from "./outbox.js";
import * as store from "./store.js";

// While there is a cache of this name, the service worker shows no page of the server's.
const LEAVING = "menlo-leaving";

export const isLeaving = async () => Boolean(await globalThis.caches?.has(LEAVING));

/** Ask what to do with what is unsent: "send", "lock", "lose", or undefined to stay. */
function ask(n) {
  return new Promise((resolve) => {
    const choose = (value) => { dialog.remove(); resolve(value || undefined); };
    const answer = (value, text, kind = "") => make("button", {
      type: "button", class: `button ${kind}`, value, onclick: () => choose(value),
    }, text);
    const dialog = make("dialog", { class: "panel judge-leave", "aria-labelledby": "judge-leave-title", onclose: () => choose() },
      make("h2", { id: "judge-leave-title" }, say(texts.leaveTitle, { n })),
      make("p", {}, store.canLock() ? texts.leaveText : texts.leaveLost),
      answer("send", texts.leaveSend, "button--primary"),
      store.canLock() ? answer("lock", texts.leaveLock) : answer("lose", texts.leaveLose, "button--danger"),
      answer("", texts.leaveStay));
    document.body.append(dialog);
    if (dialog.showModal) dialog.showModal();
    else { // Safari before 15.4: it stands at the end of the page
      dialog.setAttribute("open", "");
      dialog.scrollIntoView();
    }
  });
}

/** Tell the server; say whether it heard. */
async function tellServer() {
  const options = { cache: "no-store", redirect: "error", signal: patience(15_000) };
  const state = await ours(await fetch("/judge/api/state/", options));
  if (state?.menlo === "error") return true; // it knows no session of this phone
  const answer = await ours(await fetch("/judge/api/state/", {
    ...options, method: "DELETE", headers: { "X-CSRFToken": state?.csrf ?? "" },
  }));
  return answer?.menlo === "left";
}

/** Show that nothing is left here, and tell the server as soon as it can be reached. */
export async function finish(root) {
  document.querySelector("#judge-sign-out").hidden = true;
  document.querySelector("#judge-name").textContent = "";
  document.querySelector("#judge-status").className = "visually-hidden";
  document.body.classList.remove("judge--card");
  history.replaceState(null, "", "/judge/");
  const draw = (text) => root.replaceChildren(
    make("h1", {}, texts.leftTitle), make("p", { class: "lede" }, text),
    make("p", { class: "muted" }, texts.leftAgain));
  let told = false;
  const tell = async () => {
    if (told || !await tellServer().catch(() => false)) return;
    told = true;
    await globalThis.caches?.delete(LEAVING);
    draw(texts.leftText);
  };
  draw(texts.leftOffline);
  addEventListener("online", tell);
  setInterval(tell, 15_000);
  await tell();
}

/** What a pairwise round left here: names go, answers that have not arrived wait on. */
function forgetPairs() {
  return new Promise((resolve) => {
    const request = indexedDB.open("menlo-pairs");
    request.onupgradeneeded = () => request.transaction.abort(); // there were none
    request.onerror = () => resolve();
    request.onsuccess = () => {
      const db = request.result;
      const done = () => { db.close(); resolve(); };
      const transaction = db.transaction("kept", "readwrite");
      transaction.objectStore("kept").delete("state");
      transaction.oncomplete = transaction.onabort = done;
    };
  });
}

/** The button "Sign out". Says whether the judge has left; `stop` ends all fetching. */
export async function signOut(state, outbox, stop) {
  let choice;
  while (unsentNow() && choice !== "lock" && choice !== "lose") {
    choice = await ask(unsentNow());
    if (!choice) return false;
    if (choice === "send") await outbox.hurry();
  }
  stop();
  await globalThis.caches?.open(LEAVING);
  await (choice === "lock" ? store.lock(state) : store.forget(state.judge.id));
  await forgetPairs();
  return true;
}

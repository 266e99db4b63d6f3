// Sends what waits, as often as it takes. The server keeps the highest revision of a
// card and knows each one it has seen, so sending twice changes nothing.

import * as store from "./store.js";

const EVERY = 15_000;
const LONGEST_PAUSE = 60_000;
const PATIENCE = 20_000;
const FINAL = new Set([400, 403, 404, 410, 413, 422]);

export class Outbox {
  /** `tell(state)` hears `{waiting, problem, signedOut}` after every change. */
  constructor({ me, tell, arrived }) {
    this.me = me;
    this.tell = tell;
    this.arrived = arrived;
    this.failures = 0;
    this.csrf = "";
    this.signedOut = false;
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", () => this.hurry());
    document.addEventListener("visibilitychange", () => this.hurry());
    setInterval(() => document.visibilityState === "visible" && this.send(), EVERY);
  }

  hurry() {
    this.failures = 0;
    this.pausedUntil = 0;
    return this.send();
  }

  async report() {
    const entries = await store.unsent();
    const mine = entries.filter(({ judge }) => judge === this.me());
    this.tell({
      waiting: mine.filter(({ refused }) => !refused).length,
      refused: mine.filter(({ refused }) => refused),
      others: entries.length - mine.length,
      signedOut: this.signedOut,
    });
  }

  // One tab at a time: the queue is shared, and so is the connection.
  send() {
    const work = () => this.#drain();
    return navigator.locks
      ? navigator.locks.request("menlo-outbox", { ifAvailable: true }, (lock) => lock && work())
      : work();
  }

  async #drain() {
    if (Date.now() < (this.pausedUntil ?? 0)) return;
    for (const entry of await store.unsent()) {
      if (entry.refused || entry.judge !== this.me()) continue;
      try {
        await this.#put(entry);
        this.failures = 0;
      } catch (error) {
        this.failures += 1;
        const pause = Math.min(1000 * 2 ** this.failures, LONGEST_PAUSE);
        this.pausedUntil = Date.now() + pause * (0.5 + Math.random());
        console.info("will be sent later:", error.message);
        break;
      }
    }
    await this.report();
  }

  async #put(entry) {
    const response = await fetch(`/judge/api/scorecards/${entry.card}/`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf },
      body: JSON.stringify(entry.payload),
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
    });
    // A venue's sign-in page answers 200 too; only our own words count.
    const answer = await ours(response);
    if (response.ok && answer?.menlo === "saved" && answer.revision === entry.revision) {
      this.signedOut = false;
      await store.sent(entry.card, entry.revision);
      this.arrived(answer);
      return;
    }
    if (response.status === 401) {
      this.signedOut = true;
      throw new Error("signed out");
    }
    if (FINAL.has(response.status) && answer?.menlo === "error") {
      await store.queue({ ...entry, refused: answer.error });
      return;
    }
    if (response.status === 403) await this.refreshState?.();
    throw new Error(`status ${response.status}`);
  }
}

/** The JSON of our own server, or nothing. */
export async function ours(response) {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return undefined;
  try {
    const answer = await response.json();
    return answer?.menlo ? answer : undefined;
  } catch {
    return undefined;
  }
}

// Sends what waits, as often as it takes. Of each field the server keeps the newest tap,
// and it knows every revision it has seen, so sending twice changes nothing.

import { patience } from "../js/browser.js";
import * as store from "./store.js";

const EVERY = 15_000;
const LONGEST_PAUSE = 60_000;
const PATIENCE = 20_000;
const FINAL = new Set([400, 403, 404, 410, 413, 422]);

export class Outbox {
  /** `tell(state)` hears how things stand after every change; `arrived()`, of news. */
  constructor({ me, tell, arrived, refreshState }) {
    Object.assign(this, { me, tell, arrived, refreshState });
    this.failures = 0;
    this.csrf = "";
    this.closed = "";
    this.held = "";
    addEventListener("online", () => this.hurry());
    addEventListener("pageshow", () => this.hurry());
    document.addEventListener("visibilitychange", () => this.hurry());
    setInterval(() => document.visibilityState === "visible" && this.send(), EVERY);
  }

  async hurry() {
    this.failures = 0;
    this.pausedUntil = 0;
    await store.mend();
    return this.send();
  }

  async report() {
    const entries = await store.unsent();
    const mine = entries.filter((one) => one.judge === this.me() && one.payload);
    this.tell({
      waiting: mine.filter(({ refused }) => !refused).length,
      refused: mine.filter(({ refused }) => refused),
      others: entries.length - mine.length,
      closed: this.closed,
      held: this.held,
    });
  }

  // One tab at a time: the queue is shared, and so is the connection.
  async send() {
    this.asked = true;
    if (this.sending) return; // once more, when this go is over
    this.sending = true;
    try {
      while (this.asked) {
        this.asked = false;
        const work = () => this.#drain();
        await (navigator.locks
          ? navigator.locks.request("menlo-outbox", { ifAvailable: true }, (lock) => lock && work())
          : work());
      }
    } finally {
      this.sending = false;
      await this.report();
    }
  }

  /** What to send next: not refused, not tried in this go. */
  async #next(tried) {
    const entries = await store.unsent();
    return entries.find((one) => !one.refused && one.judge === this.me() && store.isReadable(one)
      && !tried.has(`${one.card}:${one.revision}`));
  }

  async #drain() {
    if (Date.now() < (this.pausedUntil ?? 0)) return;
    const tried = new Set();
    let failed;
    for (let entry; (entry = await this.#next(tried));) {
      tried.add(`${entry.card}:${entry.revision}`);
      try {
        if (!this.csrf) await this.refreshState();
        await this.#put(entry);
      } catch (error) {
        failed = error;
        // Our own server's "not now" is about this card; anything else, about the way.
        if (!error.isOurs) break;
      }
    }
    if (tried.size) this.failures = failed ? this.failures + 1 : 0;
    if (!failed) { this.held = ""; return; }
    this.held = failed.said ?? "";
    const pause = Math.min(1000 * 2 ** this.failures, LONGEST_PAUSE) * (0.5 + Math.random());
    this.pausedUntil = Date.now() + Math.max(pause, (failed.after ?? 0) * 1000);
    console.info("will be sent later:", failed.message);
  }

  async #put(entry) {
    const response = await fetch(`/judge/api/scorecards/${entry.card}/`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.csrf, "X-Judge": entry.judge },
      body: JSON.stringify(entry.payload),
      redirect: "error",
      signal: patience(PATIENCE),
    });
    // A venue's sign-in page answers 200 too; only our own words count.
    const answer = await ours(response);
    if (response.ok && answer?.menlo === "saved" && answer.revision === entry.revision) {
      this.closed = "";
      await store.arrived(entry, answer);
      await this.arrived();
      return;
    }
    if (FINAL.has(response.status) && answer?.menlo === "error") {
      await store.refuse(entry, answer.error);
      return;
    }
    if (response.status === 401 && answer) this.closed = answer.revoked ? "revoked" : "signedOut";
    else if (response.status === 403) await this.refreshState();
    throw Object.assign(new Error(`status ${response.status}`), {
      isOurs: response.status >= 500 || Boolean(answer) && response.status !== 401,
      said: response.status === 409 ? answer?.error : undefined,
      after: Number(response.headers.get("Retry-After")) || 0,
    });
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

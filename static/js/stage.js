// The projector follows the remote control: it asks for its own page again and takes over
// what has changed. The page cache answers, so a hall full of phones may do the same.

import { patience } from "./browser.js";

const EVERY = 2_000;
const PATIENCE = 8_000;
const LOST = 3; // so many times in vain, and the screen says that it stands still

let inVain = 0;

async function follow() {
  try {
    const response = await fetch(location.href, { signal: patience(PATIENCE) });
    inVain = response.ok ? 0 : inVain + 1;
    if (response.ok) {
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.querySelector("#screen");
      const screen = document.querySelector("#screen");
      if (fresh && !same(fresh, screen)) {
        screen.replaceWith(fresh);
        dispatchEvent(new Event("menlo:changed"));
      }
    }
  } catch { inVain += 1; } // the Wi-Fi is away; the clock goes on
  document.querySelector("#screen-lost").hidden = inVain < LOST;
  setTimeout(follow, EVERY);
}

/** Whether both say the same, but for clocks, which run by themselves. */
function same(one, other) {
  const [a, b] = [one, other].map((screen) => {
    const copy = screen.cloneNode(true);
    for (const clock of copy.querySelectorAll("[data-countdown]")) {
      clock.textContent = "";
      clock.classList.remove("countdown--over");
    }
    return copy.innerHTML;
  });
  return a === b;
}

setTimeout(follow, EVERY);

// Small conveniences. Everything works without them.

const root = document.documentElement;

// Light or dark, as the person chose; otherwise as their device says.
try {
  const stored = localStorage.getItem("theme");
  if (stored) root.dataset.theme = stored;
} catch { /* storage may be forbidden; then the device decides */ }
for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* as above */ }
  });
}

// A menu closes when one clicks elsewhere or presses Escape.
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(target)) menu.open = false;
});
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

// Countdowns run on the server's clock: the phone's may be wrong.
const served = Date.parse(document.querySelector("meta[name=server-time]")?.content);
// A kept page says how long it was kept.
const timings = performance.getEntriesByType("navigation")[0]?.serverTiming ?? [];
const age = timings.find(({ name }) => name === "age")?.duration ?? 0;
const skew = Number.isNaN(served) ? 0 : served + age - Date.now();
function words(milliseconds, asMinutes) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(all / 86400);
  const two = (number) => String(number).padStart(2, "0");
  const [hours, rest] = [Math.floor(all / 3600) % 24, `${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`];
  if (asMinutes && !days && !hours) return rest;
  return days ? `${days} d ${two(hours)}:${rest}` : `${two(hours)}:${rest}`;
}
// Looked for each time: a fragment may bring a new one.
function tick() {
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const left = Date.parse(element.dataset.countdown) - Date.now() - skew;
    element.textContent = left <= 0 && element.dataset.over || words(left, "minutes" in element.dataset);
    element.classList.toggle("countdown--over", left <= 0);
  }
}
tick();
setInterval(tick, 1000);
for (const changed of ["htmx:afterSwap", "menlo:changed"]) addEventListener(changed, tick);

// Times stand in the event's zone; beside them the reader's own, where it is another.
const timeZone = root.dataset.zone || undefined; // or what the device says
/** How far from UTC that is at a moment, as "+05:30". */
function offsetAt(moment) {
  const part = (options) => Date.parse(`${moment.toLocaleString("en-US", options)} UTC`);
  const minutes = Math.round((part({ timeZone }) - part({ timeZone: "UTC" })) / 60_000);
  const two = (number) => String(number).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}
for (const element of document.querySelectorAll("time[data-local-time]")) {
  const moment = new Date(element.dateTime);
  if (element.dateTime.endsWith(offsetAt(moment))) continue;
  const mine = moment.toLocaleString(root.lang, {
    timeZone, weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  const note = document.createElement("small");
  note.className = "muted";
  note.textContent = ` ${element.dataset.localTime.replace("%s", mine)}`;
  element.after(note);
}

// What the organisers announce reaches pages that are open already.
const news = document.querySelector("[data-news-url]");
async function listen() {
  if (document.hidden) return;
  try {
    // Without a cookie the answer is the same for all, and kept.
    const answer = await fetch(news.dataset.newsUrl, { credentials: "omit" });
    if (!answer.ok) return;
    const sheet = document.createElement("template");
    sheet.innerHTML = await answer.text();
    const said = sheet.content.querySelector("[data-news]");
    if (!said || said.dataset.news === news.dataset.newsSeen) return;
    news.dataset.newsSeen = said.dataset.news;
    news.replaceChildren(said);
  } catch { /* no network: it asks again */ }
}
if (news) {
  setInterval(listen, 20_000);
  document.addEventListener("visibilitychange", listen);
}

// “Copy” buttons beside a text that one wants elsewhere.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied ?? "✓";
  });
}

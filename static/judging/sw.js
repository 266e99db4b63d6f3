// Keeps the judges' shell on the phone. SHELL is written above by the server: when one of
// its files changes, so does this text, and the browser installs the new version.

const PATIENCE = 5_000;

const CACHE = `menlo-judging-${SHELL.join("|").split("").reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7)}`;
const OFFLINE = SHELL[0];
const LEAVING = "menlo-leaving"; // see leave.js
const isOurs = (response) => response.headers.has("X-Menlo");

/** A file of the shell; never what a venue's sign-in page gives in its stead. */
async function fetched(url) {
  const response = await fetch(new Request(url, { cache: "reload" }));
  const isPage = response.headers.get("Content-Type")?.startsWith("text/html");
  if (!response.ok || response.redirected || (isPage && !isOurs(response)) || (isPage && url !== OFFLINE))
    throw new TypeError(`not our ${url}`);
  return response;
}

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const responses = await Promise.all(SHELL.map(fetched));
    const cache = await caches.open(CACHE);
    await Promise.all(SHELL.map((url, i) => cache.put(url, responses[i])));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys())
      if (name.startsWith("menlo-judging-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(page(request, url.pathname));
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((hit) => hit ?? fetch(request)));
  }
});

/** From the network; from the phone if that is dead, not ours or slower than a judge. */
async function page(request, path) {
  const kept = await caches.match(OFFLINE);
  const isLink = path.startsWith("/judge/enter/");
  if (isLink) await caches.delete(LEAVING);
  else if (kept && await caches.has(LEAVING)) return kept;
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const response = await Promise.race([fetch(request).catch(() => undefined), late]);
  const isGood = response && (response.type === "opaqueredirect" || isLink || isOurs(response));
  return isGood && response.status < 500 ? response : kept ?? response ?? Response.error();
}

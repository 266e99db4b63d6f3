// Keeps the judges' shell on the phone. SHELL is written above by the server: when one of
// its files changes, so does this text, and the browser installs the new version.

const PATIENCE = 5_000;

const CACHE = `menlo-judging-${SHELL.join("|").split("").reduce((h, c) => (h * 31 + c.charCodeAt(0)) | 0, 7)}`;
const OFFLINE = SHELL[0];

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.map((url) => new Request(url, { cache: "reload" })));
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
    event.respondWith(page(request));
  } else if (SHELL.includes(url.pathname)) {
    event.respondWith(caches.match(request, { ignoreSearch: true }).then((hit) => hit ?? fetch(request)));
  }
});

/** From the network; from the phone if that is dead, broken or slower than a judge. */
async function page(request) {
  const kept = caches.match(OFFLINE);
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
  const response = await Promise.race([fetch(request).catch(() => undefined), late]);
  return response && response.status < 500 ? response : (await kept) ?? response ?? Response.error();
}

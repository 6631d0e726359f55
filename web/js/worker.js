// The service worker: what of the site there is without a network. The server puts
// BUILD = { version, files, pages, cards } before it (internal/site/worker.go): the assets
// that the pages need, the pages to keep from the start, and of those the crisis cards, by
// which a page that cannot be had is answered.
//
// Pages come from the network whenever there is one; copies are for when there is none. Of
// the pages of kommuner the last one seen is kept, and nothing that was searched for. Signed-in
// pages, forms with a code and the open data are left alone altogether.

const CACHE = `oversikt-${BUILD.version}`;
const PATIENCE = 6000; // ms for the network to begin to answer, where there is a copy
const KOMMUNE = /^(\/nn|\/en)?\/kommune\/\d{4}-/;
const NOT_OURS = /^\/(redaksjon|logg-inn|logg-ut|bekreft|bygg-inn|api|data|hsds|fhir|assets|metrics)(\/|$)/;

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (BUILD.files.includes(url.pathname)) event.respondWith(file(request));
  else if (request.mode === "navigate" && !NOT_OURS.test(url.pathname)) event.respondWith(page(event, url));
});
addEventListener("message", (event) => {
  if (event.data === "forlat") event.waitUntil(forget());
  // The first page was there before the worker.
  else if (event.data === "siden" && keeps(new URL(event.source.url))) event.waitUntil(fetch(event.source.url).then(keep));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll([...BUILD.files, ...BUILD.pages]);
  skipWaiting();
}

// activate does away with what earlier builds have left. The last kommune page is fetched
// anew: its copy needs files that are gone.
async function activate() {
  await registration.navigationPreload?.disable(); // it was on in earlier builds
  for (const name of await caches.keys()) {
    if (!name.startsWith("oversikt-") || name === CACHE) continue;
    const kept = await (await caches.open(name)).keys();
    await caches.delete(name);
    const last = kept.find((request) => KOMMUNE.test(new URL(request.url).pathname));
    if (last) await fetch(last.url).then(keep, () => {});
  }
  await clients.claim();
}

async function file(request) {
  return (await copyOf(new URL(request.url).pathname)) || fetch(request);
}

// No navigation preload: a page that is left alone would be asked for twice, and what is said
// once, as that something was saved, would be said to nobody.
async function page(event, url) {
  const copy = keeps(url) && (await copyOf(url.pathname));
  const network = fetch(event.request);
  event.waitUntil(network.then((response) => keeps(url) && keep(response.clone()), () => {}));
  try {
    return await (copy ? Promise.race([network, late()]) : network);
  } catch {
    return offline(copy || (await copyOf(cardOf(url.pathname))) || Response.error());
  }
}

const late = () => new Promise((_, reject) => setTimeout(reject, PATIENCE));
const copyOf = (path) => caches.match(path, { cacheName: CACHE });
const cardOf = (path) => BUILD.cards.find((card) => card.slice(0, 4) === path.slice(0, 3) + "/") || BUILD.cards[0];

// keeps reports whether a copy of the page is kept: never of one with anything asked.
function keeps(url) {
  return url.search === "" && (BUILD.pages.includes(url.pathname) || KOMMUNE.test(url.pathname));
}

async function keep(response) {
  if (!response.ok || response.redirected) return;
  const { pathname } = new URL(response.url);
  if (KOMMUNE.test(pathname)) await forget();
  await (await caches.open(CACHE)).put(pathname, response);
}

// forget takes away the copies of pages of kommuner.
async function forget() {
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      if (KOMMUNE.test(new URL(request.url).pathname)) await cache.delete(request);
    }
  }
}

// offline returns the copy with its line about the network shown, and when it was made.
async function offline(copy) {
  if (copy.type === "error") return copy;
  const headers = new Headers(copy.headers);
  headers.delete("Content-Encoding"); // text is what it is without
  headers.delete("Content-Length");
  const html = await copy.text();
  return new Response(html.replace(" data-uten-nett hidden", ` data-uten-nett="${headers.get("Date") || ""}"`), { headers });
}

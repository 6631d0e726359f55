// What lies on the reader's device, on the page about privacy: shown as it is, and deleted.
// A row [data-ting] is one thing: a key of localStorage or sessionStorage, or the copies of
// pages with the worker that keeps them.
const DELETED = "oversikt.slettet"; // see js/offline.js

const place = document.querySelector("[data-enheten]");
const status = place.querySelector("[role=status]");
const rows = [...place.querySelectorAll("[data-ting]")];

const things = {
  localStorage: (key) => ({
    value: async () => pretty(localStorage.getItem(key)),
    remove: async () => localStorage.removeItem(key),
  }),
  sessionStorage: (key) => ({
    value: async () => sessionStorage.getItem(key),
    remove: async () => sessionStorage.removeItem(key),
  }),
  caches: () => ({ value: copies, remove: removeCopies }),
};

for (const e of place.querySelectorAll("[data-med-skript]")) e.hidden = false;
for (const row of rows) row.querySelector("button").addEventListener("click", () => remove([row]));
place.querySelector("[data-slett-alt]").addEventListener("click", () => remove(rows.filter((row) => row.dataset.ting !== DELETED)));
show();

function thing(row) {
  return things[row.dataset.lager](row.dataset.ting);
}

async function remove(some) {
  try {
    for (const row of some) await thing(row).remove();
    status.textContent = place.dataset.slettet;
  } catch {
    status.textContent = place.dataset.nekter;
  }
  await show();
}

async function show() {
  for (const row of rows) {
    const value = await thing(row).value().catch(() => null); // nothing can be kept here
    row.querySelector("[data-na]").textContent = value ? place.dataset.har : place.dataset.tomt;
    row.querySelector("pre").textContent = value || "";
    row.querySelector("pre").hidden = row.querySelector("button").hidden = !value;
  }
}

function pretty(json) {
  try {
    return JSON.stringify(JSON.parse(json), null, 1).replace(/^null$/, "");
  } catch {
    return json;
  }
}

// copies names what is kept, and the worker.
async function copies() {
  const lines = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) lines.push(new URL(request.url).pathname);
  }
  if (await navigator.serviceWorker?.getRegistration()) lines.push("/sw.js");
  return lines.join("\n");
}

// removeCopies also takes the worker away, and lets no page in this tab bring it back.
async function removeCopies() {
  sessionStorage.setItem(DELETED, "1"); // first: the reader may go on before the rest is done
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}

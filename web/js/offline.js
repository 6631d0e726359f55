// Pages without a network: js/worker.js. What was deleted in this tab stays so until the tab
// is closed (js/device.js).
const DELETED = "oversikt.slettet";

export function offline() {
  const workers = navigator.serviceWorker;
  if (!workers || stays()) return;
  const register = async () => {
    try {
      await workers.register("/sw.js");
      if (!workers.controller) (await workers.ready).active.postMessage("siden");
    } catch {
      // The browser does not want to keep anything: pages need a network then.
    }
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register); // after all that the page needs
}

// oldPage says from when a page is that comes without a network.
export function oldPage(line) {
  const place = line.querySelector("[data-tid]");
  const date = new Date(line.dataset.utenNett);
  if (!place || isNaN(date)) return;
  const time = document.createElement("time");
  time.dateTime = date.toISOString();
  time.textContent = date.toLocaleString(document.documentElement.lang, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  place.replaceChildren(time);
  place.parentElement.hidden = false;
}

function stays() {
  try {
    return sessionStorage.getItem(DELETED);
  } catch {
    return false;
  }
}

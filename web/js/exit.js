// Quick exit, for the reader who must not be seen here: the link [data-forlat], or Esc
// three times in quick succession. One Esc closes lists and dialogs as it does elsewhere.
//
// What is on the screen goes first, before any network. The page's entry in the history
// is the neutral page's from then on. In this tab the way back ends at the front page until
// the reader chooses a page again: earlier pages would else come back as they were left.

const PRESSES = 3;
const WITHIN = 1500; // ms from the first press to the last
const LEFT = "oversikt.forlatt"; // in sessionStorage; "2" while we are on the way to the front page

const root = document.documentElement;

export function quickExit(link) {
  const home = link.dataset.forlat;
  let presses = [];

  link.addEventListener("click", leave);
  link.addEventListener("auxclick", (event) => event.button === 1 && leave(event)); // no tab in the background
  addEventListener("keydown", (event) => {
    if (event.repeat) return;
    presses = event.key === "Escape" ? [...presses, event.timeStamp].slice(-PRESSES) : [];
    if (presses.length === PRESSES && event.timeStamp - presses[0] <= WITHIN) leave(event);
  }, true);
  addEventListener("pageshow", (event) => event.persisted && left() && goHome());

  if (left() && performance.getEntriesByType("navigation")[0]?.type === "back_forward") goHome();
  else mark(left() === "2" ? "1" : "");

  function leave(event) {
    event.preventDefault();
    blank();
    mark("1");
    navigator.serviceWorker?.controller?.postMessage("forlat");
    history.replaceState(null, "", home);
    location.replace(link.href);
  }

  function goHome() {
    blank();
    mark("2");
    location.replace(home);
  }

  // The attribute needs no style sheet.
  function blank() {
    root.hidden = true;
    document.title = link.hostname;
  }
}

// Where nothing can be kept, the page that was left is still covered.
function left() {
  try {
    return sessionStorage.getItem(LEFT) || (root.hidden ? "1" : "");
  } catch {
    return root.hidden ? "1" : "";
  }
}

function mark(value) {
  try {
    if (value) sessionStorage.setItem(LEFT, value);
    else sessionStorage.removeItem(LEFT);
  } catch {
    // Nothing to do: see left.
  }
}

// Remembers on the device where the reader lives, and where the one who is ill does, so that
// articles open with what there is there. It is remembered when it is chosen in the field of
// an article or a kommune's page, or by a press on the button, and forgotten by one press.
// Nothing is sent: what is remembered becomes a part of the address when an article is opened,
// and of links to follow elsewhere.
//
//   <script src="…" data-apen>      on an article that is opened without a kommune
//   <form data-kommune-valg>        the field that it is chosen in
//   <div class="o-husk" hidden …>   says what is remembered, with the buttons
//   <nav data-hjem hidden …>        leads to the pages of both kommuner, where both are remembered;
//                                   with data-sok, which has the number of the kommune
//                                   that a search is for, to the same search for each
//
// It is no module and not deferred: it stands before the content of the page, and leaves for
// the other address before anything of it is shown.

const KEY = "oversikt.kommune";
const CHOSEN = "oversikt.valgt"; // set while the answer to a choice is on its way

// stored is localStorage or sessionStorage, which may both be closed.
function stored(name, use) {
  try {
    return use(window[name]);
  } catch {
    return null;
  }
}

function remembered() {
  const k = stored("localStorage", (s) => JSON.parse(s.getItem(KEY)));
  const valid = (k) => /^\d{4}$/.test(k?.nummer) && typeof k.navn === "string";
  if (!valid(k)) return null;
  return valid(k.deres) ? k : { nummer: k.nummer, navn: k.navn };
}

function leave() {
  const url = new URL(location.href);
  const k = remembered();
  if (!k || ["kommune", "deres", "sted", "deres_sted"].some((name) => url.searchParams.get(name))) return;
  url.searchParams.set("kommune", k.nummer);
  if (k.deres) url.searchParams.set("deres", k.deres.nummer);
  // Not there while the other page is fetched; its place is kept.
  document.currentScript.parentElement.style.visibility = "hidden";
  location.replace(url);
}

// of returns what a panel's page is about.
function of({ nummer, navn, deresNummer, deresNavn }) {
  if (!nummer) return null;
  return deresNummer ? { nummer, navn, deres: { nummer: deresNummer, navn: deresNavn } } : { nummer, navn };
}

const same = (a, b) => a.nummer === b?.nummer && a.deres?.nummer === b.deres?.nummer;

// has reports whether what is remembered says as much as a page does.
const has = (k, here) => same(here, k) || (!here.deres && k?.deres && [k.nummer, k.deres.nummer].includes(here.nummer));

// pageOf returns the address of a kommune's own page, and whether that is this one.
function pageOf({ nummer }, query) {
  const path = `${document.body.dataset.prefix}/kommune/${nummer}`;
  return { href: `${path}?${query}`, here: location.pathname.startsWith(`${path}-`) };
}

// searchOf returns the address of the search as it is, for one of two kommuner, and whether
// that is what is shown, which is for the kommune with the number. Null where it is for
// neither.
function searchOf(number, k, theirs) {
  if (![k.nummer, k.deres.nummer].includes(number)) return null;
  const url = new URL(location.href);
  ["sted", "postnummer", "deres_sted", "side", "hos"].forEach((name) => url.searchParams.delete(name));
  url.searchParams.set("kommune", k.nummer);
  url.searchParams.set("deres", k.deres.nummer);
  if (theirs) url.searchParams.set("hos", "deres");
  return { href: url.href, here: number === (theirs ? k.deres.nummer : k.nummer) };
}

// links fills in the links to both kommuner.
function links(nav) {
  const k = remembered();
  const to = !k?.deres ? [] : "sok" in nav.dataset ? [false, true].map((theirs) => searchOf(nav.dataset.sok, k, theirs))
    : [pageOf(k, `deres=${k.deres.nummer}`), pageOf(k.deres, `kommune=${k.nummer}`)];
  nav.hidden = !to[0];
  if (nav.hidden) return;
  const texts = [nav.dataset.din.replace("{sted}", k.navn), nav.dataset.deres.replace("{sted}", k.deres.navn)];
  nav.firstElementChild.replaceChildren(...to.map(({ href, here }, i) => {
    const a = document.createElement("a");
    a.href = href;
    a.textContent = texts[i];
    if (here) a.setAttribute("aria-current", "page");
    const li = document.createElement("li");
    li.append(a);
    return li;
  }));
}

function panel(element) {
  const [status, forget, keep] = ["p", "[data-glem]", "[data-husk]"].map((s) => element.querySelector(s));
  const here = of(element.dataset);

  function show() {
    const k = remembered();
    const text = k ? (k.deres ? element.dataset.to : element.dataset.en) : "";
    status.textContent = text.replace("{en}", k?.navn).replace("{to}", k?.deres?.navn);
    forget.hidden = !k;
    keep.hidden = !here || has(k, here);
    element.hidden = forget.hidden && keep.hidden;
    document.querySelectorAll("[data-hjem]").forEach(links);
  }
  function save() {
    stored("localStorage", (s) => s.setItem(KEY, JSON.stringify(here)));
    show();
  }

  forget.addEventListener("click", () => {
    stored("localStorage", (s) => s.removeItem(KEY));
    show();
    if (!keep.hidden) keep.focus(); // the button that was pressed is gone
  });
  keep.addEventListener("click", () => {
    save();
    forget.focus();
  });
  if (here && stored("sessionStorage", (s) => s.getItem(CHOSEN))) {
    stored("sessionStorage", (s) => s.removeItem(CHOSEN));
    save();
  }
  show();
  addEventListener("storage", show); // changed in another tab
  addEventListener("pageshow", show); // or on another page, before the reader went back to this
}

function begin() {
  const choosing = () => stored("sessionStorage", (s) => s.setItem(CHOSEN, "1"));
  document.querySelectorAll("form[data-kommune-valg]").forEach((form) => form.addEventListener("submit", choosing));
  document.querySelectorAll("#hvor .ds-alert a").forEach((link) => link.addEventListener("click", choosing));
  document.querySelectorAll("[data-med-skript]").forEach((element) => (element.hidden = false));
  document.querySelectorAll(".o-husk").forEach(panel);
  document.querySelectorAll("[data-hjem]").forEach(links);
}

if ("apen" in document.currentScript.dataset) leave();
document.addEventListener("DOMContentLoaded", begin);

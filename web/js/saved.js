// The reader's own list of offerings. It is in this browser alone: an array under one key of
// localStorage, of { id, navn, type, tlf, tel, sti, lagret, sett }; the last two are when it was
// put there and when its facts were last seen.
const KEY = "oversikt.liste";

export function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)).filter((o) => /^\/tilbud\/\d+/.test(o.sti));
  } catch {
    return []; // nothing there, or nothing that is ours
  }
}

// write reports whether the browser lets us keep the list.
export function write(list) {
  try {
    if (list.length) localStorage.setItem(KEY, JSON.stringify(list));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

// saveButtons makes the buttons [data-lagre] put their offering on the list and take it off.
export function saveButtons() {
  const buttons = [...document.querySelectorAll("[data-lagre]")];
  const notice = document.querySelector("[data-melding]");
  refresh(buttons);
  show();
  addEventListener("storage", show); // changed in another tab
  addEventListener("pageshow", show);
  addEventListener("click", (event) => {
    const button = event.target.closest("[data-lagre]");
    if (button) toggle(button);
  });

  function show() {
    const saved = new Set(read().map((o) => o.id));
    for (const button of buttons) {
      const lies = saved.has(button.dataset.lagre);
      if (lies !== (button.getAttribute("aria-pressed") === "true")) press(button, lies);
    }
    for (const link of document.querySelectorAll("[data-har-liste]")) link.hidden = saved.size === 0;
  }

  function press(button, lies) {
    const { legg, ligger, tegn, fylt } = notice.dataset;
    button.setAttribute("aria-pressed", lies);
    button.querySelector("use").setAttribute("href", lies ? fylt : tegn);
    button.querySelector("span").textContent = lies ? ligger : legg;
  }

  function toggle(button) {
    const before = read();
    const list = before.filter((o) => o.id !== button.dataset.lagre);
    const adds = list.length === before.length;
    const today = new Date().toISOString();
    const offering = facts(button);
    if (adds) list.push({ ...offering, lagret: today, sett: today });
    tell(write(list) ? (adds ? "lagt" : "tatt") : "nekter", offering.navn);
    show();
  }

  let timer;
  function tell(what, name) {
    const text = document.createElement("p");
    text.textContent = notice.dataset[what].replace("{navn}", name);
    const link = notice.querySelector("template").content.cloneNode(true);
    notice.querySelector("[role]").replaceChildren(text, ...(what === "lagt" ? [link] : []));
    clearTimeout(timer);
    timer = setTimeout(() => notice.querySelector("[role]").replaceChildren(), 12000);
  }
}

// facts returns what is kept of the button's offering: what the button has, or in a list what
// stands around it. Paths are kept as they are in bokmål.
function facts(button) {
  const { lagre: id, type, navn, tlf = "", tel = "", sti } = button.dataset;
  if (sti) return { id, navn, type, tlf, tel, sti };
  const item = button.closest(".o-line, .o-listing");
  const link = item.querySelector(`a[href*="/tilbud/${id}-"]`);
  const phone = item.querySelector('a[href^="tel:"]');
  return {
    id, navn: link.textContent, type,
    tlf: phone?.querySelector("span").lastChild.textContent ?? "", tel: phone?.getAttribute("href") ?? "",
    sti: link.pathname.slice(link.pathname.indexOf("/tilbud/")),
  };
}

// refresh gives what is on the list the facts that this page has.
function refresh(buttons) {
  if (document.querySelector("[data-uten-nett]:not([hidden])")) return; // an old page
  const list = read();
  if (!list.length) return;
  let changed = false;
  for (const button of buttons) {
    const at = list.findIndex((o) => o.id === button.dataset.lagre);
    if (at < 0) continue;
    list[at] = { ...list[at], ...facts(button), sett: new Date().toISOString() };
    changed = true;
  }
  if (changed) write(list);
}

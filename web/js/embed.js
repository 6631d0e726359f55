// The element <oversikt-tilbud kommune="1804">: a kommune's list in a page of the kommune's
// own. The server puts BASE, our address, before it (internal/site/embed.go).
//
//   <script src="https://…/bygg-inn/tilbud.js" async></script>
//   <oversikt-tilbud kommune="1804"><a href="https://…/kommune/1804-bodo">Hjelp for pårørende</a></oversikt-tilbud>
//
// What stands inside the element is shown until the list has come, and where it does not come.
// Attributes are the parameters of the list. The host's page may have a strict content policy:
// it needs our address in script-src and connect-src, and nothing else, since nothing here is
// an inline style or HTML from a string. Nothing is kept, and no cookie is sent or set.

const PARAMETERS = ["type", "vis", "sprak", "farge", "bakgrunn", "utseende", "niva"];
const PATIENCE = 10_000; // ms

class OversiktTilbud extends HTMLElement {
  static observedAttributes = ["kommune", ...PARAMETERS];
  #turn = 0;

  connectedCallback() {
    this.#show();
  }

  attributeChangedCallback(_, before, now) {
    if (this.isConnected && before !== now) this.#show();
  }

  // Several attributes may be set at once, and answers come in any order: the last one counts.
  async #show() {
    const turn = ++this.#turn;
    await null;
    if (turn !== this.#turn) return;
    try {
      const page = await get(addressOf(this), "document");
      const list = page.querySelector("main");
      const sheet = page.querySelector("link[rel=stylesheet]");
      const style = new CSSStyleSheet();
      style.replaceSync(await get(BASE + sheet.getAttribute("href"), "text"));
      if (turn !== this.#turn) return;
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [style];
      root.replaceChildren(block(list, page.documentElement.lang));
    } catch {
      // The link inside, again where there was another list before.
      if (turn === this.#turn) this.shadowRoot?.replaceChildren(document.createElement("slot"));
    }
  }
}

function addressOf(element) {
  const query = new URLSearchParams({ niva: "2" });
  for (const name of PARAMETERS) {
    if (element.hasAttribute(name)) query.set(name, element.getAttribute(name));
  }
  return `${BASE}/bygg-inn/${encodeURIComponent(element.getAttribute("kommune")?.trim() || "-")}?${query}`;
}

// The page's own main is one already: what comes here is a block in it.
function block(list, lang) {
  const div = document.createElement("div");
  div.className = list.className;
  div.lang = lang;
  div.append(...[...list.childNodes].map((node) => document.importNode(node, true)));
  div.querySelector("[data-forlat]")?.addEventListener("click", leave);
  return div;
}

// The whole window goes to the neutral page, in this page's place in the history.
function leave(event) {
  event.preventDefault();
  document.documentElement.hidden = true;
  const { href } = event.currentTarget;
  try {
    window.top.location.replace(href);
  } catch {
    location.replace(href);
  }
}

// get fetches by XMLHttpRequest: it gives a document that has not gone through a string, which
// pages with Trusted Types would refuse. That a kommune is unknown is an answer to show.
function get(address, type) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = type;
    request.timeout = PATIENCE;
    request.onload = () => (request.status < 500 && request.response ? resolve(request.response) : request.onerror());
    request.onerror = request.ontimeout = () => reject(new Error(address));
    request.send();
  });
}

if (!customElements.get("oversikt-tilbud")) customElements.define("oversikt-tilbud", OversiktTilbud);

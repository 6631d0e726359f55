// What the reference of the API does beyond HTML: examples as tabs that follow one another,
// buttons that copy, and forms that show the answer in place. All of it reads without.

const groups = [];

document.querySelectorAll("[data-eksempler]").forEach((place, i) => tabs(place, `eks-${i}`));
document.querySelectorAll("[data-prov]").forEach(tryOut);

// tabs shows one language at a time. All groups show the one that was chosen last, for as long
// as the page is open.
function tabs(place, id) {
  const panels = [...place.querySelectorAll(":scope > [data-sprak]")];
  const list = document.createElement("div");
  list.className = "o-ref__faner";
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", `Språk for eksempelet: ${place.dataset.eksempler}`);
  const buttons = panels.map((panel) => {
    const heading = panel.querySelector("h5");
    const tab = document.createElement("button");
    tab.type = "button";
    tab.id = `${id}-${panel.dataset.sprak}`;
    tab.textContent = heading.textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `${tab.id}-kode`);
    tab.addEventListener("click", () => choose(panel.dataset.sprak, tab));
    panel.id = `${tab.id}-kode`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    heading.remove();
    panel.append(copier(panel.querySelector("code")));
    list.append(tab);
    return tab;
  });
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = (to + buttons.length) % buttons.length;
    choose(panels[next].dataset.sprak, buttons[next]);
    buttons[next].focus();
  });
  place.prepend(list);
  const group = { panels, buttons };
  groups.push(group);
  show(group, panels[0].dataset.sprak);
}

// choose shows a language in all groups. What was pressed stays where it is on the screen,
// though what is above it may have become taller.
function choose(language, pressed) {
  const before = pressed.getBoundingClientRect().top;
  groups.forEach((group) => show(group, language));
  scrollBy({ top: pressed.getBoundingClientRect().top - before, behavior: "instant" });
}

function show({ panels, buttons }, language) {
  panels.forEach((panel, i) => {
    const chosen = panel.dataset.sprak === language;
    panel.hidden = !chosen;
    buttons[i].setAttribute("aria-selected", chosen);
    buttons[i].tabIndex = chosen ? 0 : -1;
  });
}

// copier returns a button that copies the text of an element, and says so.
function copier(source) {
  const row = document.createElement("div");
  const button = document.createElement("button");
  const status = document.createElement("span");
  row.className = "o-ref__knapper";
  button.type = "button";
  button.className = "ds-button";
  button.dataset.variant = "secondary";
  button.dataset.size = "sm";
  button.textContent = "Kopier";
  status.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    status.textContent = "";
    const copied = await navigator.clipboard?.writeText(source.textContent).then(() => true, () => false);
    if (!copied) getSelection().selectAllChildren(source);
    status.textContent = copied ? "Kopiert." : "Teksten er merket. Kopier den selv.";
  });
  row.append(button, status);
  return row;
}

// tryOut sends the call that a form fills in, and shows the answer below it.
function tryOut(form) {
  const place = form.parentElement.querySelector("[data-svar]");
  const status = place.querySelector("[role=status]");
  const headers = place.querySelector("dl");
  const body = place.querySelector("code");
  let latest = 0;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const mine = ++latest;
    place.hidden = false;
    headers.replaceChildren();
    body.parentElement.hidden = true;
    status.textContent = "Sender …";
    const address = addressOf(form);
    let answer, text;
    try {
      answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store" });
      text = await answer.text();
    } catch {
      if (mine === latest) status.textContent = "Fikk ikke svar. Sjekk nettet, og prøv igjen.";
      return;
    }
    if (mine !== latest) return;
    status.textContent = `${answer.status} ${answer.ok ? "OK" : titleIn(text)}, ${size(text)}. Svaret står under.`;
    fact(headers, "Kallet", `GET ${address}`);
    for (const name of ["Content-Type", "ETag", "Cache-Control", "Retry-After"]) {
      const value = answer.headers.get(name);
      if (value) fact(headers, name, value);
    }
    body.textContent = pretty(text);
    body.parentElement.hidden = false;
  });
}

// addressOf returns the path that the form fills in, with what was written in it.
function addressOf(form) {
  const query = new URLSearchParams();
  let path = form.dataset.prov;
  for (const field of form.elements) {
    const value = field.value.trim();
    if (!field.name || !value) continue;
    if (path.includes(`{${field.name}}`)) path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if ("liste" in field.dataset) value.split(",").map((s) => s.trim()).filter(Boolean).forEach((s) => query.append(field.name, s));
    else query.append(field.name, value);
  }
  return query.size || `${query}` ? `${path}?${query}` : path;
}

function titleIn(text) {
  try {
    return JSON.parse(text).title ?? "";
  } catch {
    return "";
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function size(text) {
  const bytes = new Blob([text]).size;
  return bytes < 1024 ? `${bytes} byte` : `${Math.round(bytes / 1024)} kB`;
}

function fact(list, name, value) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const details = document.createElement("dd");
  term.textContent = name;
  details.textContent = value;
  row.append(term, details);
  list.append(row);
}

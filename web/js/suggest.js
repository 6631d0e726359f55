// suggest makes a text field a combobox that completes what is typed, after the pattern
// of the ARIA Authoring Practices: the field keeps focus, arrows move in the list, and
// nothing is chosen until the reader does. Enter without a choice sends the form as usual.
//
//   <span class="o-combo"><input data-suggest="/api/v1/forslag" …></span>
//
// Choosing a completion goes to its page; with data-suggest-fill it fills the field and
// sends the form, and with data-suggest-fill="bare" it fills the field alone. With data-suggest-kind="kommune" only completions of that kind are shown.

const WAIT = 120; // ms without a key press before asking

const words = document.body.dataset; // in the language of the page

let lists = 0;

const SETTLED = 100; // ms until a finger's press has become a click

let pressed = false;
let waiting = [];
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) {
  addEventListener(end, () => {
    pressed = false;
    waiting.forEach((then) => setTimeout(then, SETTLED));
    waiting = [];
  }, true);
}

// afterPress calls then when a press that is under way has become a click. A finger has
// left the screen before the field loses its focus; a mouse button may be held down.
function afterPress(then) {
  if (pressed) waiting.push(then);
  else setTimeout(then, SETTLED);
}

export function suggest(input) {
  const list = document.createElement("ul");
  const status = document.createElement("span"); // read out by screen readers
  let options = [];
  let active = -1; // index into options; -1 is the field itself
  let timer;
  let request;

  list.id = `forslag-${++lists}`;
  list.className = "o-suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.forslag);
  status.className = "ds-sr-only";
  status.setAttribute("role", "status");
  input.after(list, status);

  const attributes = { role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-controls": list.id };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  close();

  input.addEventListener("input", () => {
    cancel();
    if (input.value.trim()) timer = setTimeout(ask, WAIT);
    else close();
  });
  input.addEventListener("keydown", key);
  // A press elsewhere takes the focus before it is let go. The list may not close in between:
  // what stands under it would move away from the pointer.
  input.addEventListener("blur", () => afterPress(() => document.activeElement === input || close()));
  // A press in the list must not take focus from the field: that would close the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => choose(options[[...list.children].indexOf(event.target.closest("li"))]));

  function cancel() {
    clearTimeout(timer);
    request?.abort();
  }

  async function ask() {
    const mine = (request = new AbortController());
    try {
      const url = new URL(input.dataset.suggest, location.href);
      url.searchParams.set("q", input.value.trim());
      url.searchParams.set("sprak", document.documentElement.lang);
      if (input.dataset.suggestKind) url.searchParams.set("slag", input.dataset.suggestKind);
      const response = await fetch(url, { signal: mine.signal });
      if (!response.ok) return close();
      show((await response.json()).forslag);
    } catch {
      // Given up for a later question, which close would give up too.
      if (mine.signal.aborted) return;
      close(); // no network: the form works without completions
    }
  }

  function show(found) {
    if (document.activeElement !== input) return;
    options = found;
    list.replaceChildren(...options.map(item));
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent =
      options.length === 0 ? words.forslagIngen : words.forslagAntall.replace("{antall}", options.length);
    move(-1);
  }

  function item(option, i) {
    const li = document.createElement("li");
    li.id = `${list.id}-${i}`;
    li.setAttribute("role", "option");
    li.append(part("text", option.tekst));
    if (option.undertekst) li.append(part("sub", option.undertekst));
    if (!input.dataset.suggestKind) li.append(part("kind", words[`slag${option.slag[0].toUpperCase()}${option.slag.slice(1)}`] || ""));
    return li;
  }

  function part(name, text) {
    const span = document.createElement("span");
    span.className = `o-suggest__${name}`;
    span.textContent = `${text} `; // the space divides the parts when read out
    return span;
  }

  function move(to) {
    active = to;
    [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === active)));
    if (active < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  function close() {
    cancel();
    options = [];
    list.hidden = true;
    list.replaceChildren();
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    move(-1);
  }

  function key(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (list.hidden) {
      if (event.key !== "ArrowDown" || !input.value.trim()) return;
      event.preventDefault();
      cancel();
      return ask(); // after Esc the list is wanted again
    }
    const last = options.length - 1;
    const steps = {
      ArrowDown: () => move(active < last ? active + 1 : -1),
      ArrowUp: () => move(active < 0 ? last : active - 1),
      Escape: close,
    };
    if (active >= 0) {
      steps.Home = () => move(0);
      steps.End = () => move(last);
      steps.Enter = () => choose(options[active]);
    }
    if (!steps[event.key]) return;
    event.preventDefault();
    steps[event.key]();
  }

  function choose(option) {
    if (!option) return;
    close();
    if (!("suggestFill" in input.dataset)) return location.assign(words.prefix + option.url);
    input.value = option.tekst;
    // Where there is another field to fill in, it is the reader who is done.
    if (input.dataset.suggestFill !== "bare" && !input.form?.querySelector("details[open]")) input.form?.requestSubmit();
  }
}

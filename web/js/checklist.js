// A checklist. What is ticked and written is in the page alone and goes with it, unless the
// reader chooses to keep it: then it is under one key of localStorage for all lists,
// { list: { kryss: [id…], felt: { id: text } } }, and nowhere else.
const KEY = "oversikt.sjekklister";

const list = document.querySelector("[data-sjekkliste]");
const slug = list.dataset.sjekkliste;
const boxes = [...list.querySelectorAll("input[data-fyll]")];
const fields = [...list.querySelectorAll("textarea[data-fyll]")];
const keep = list.querySelector("#behold");
const status = list.querySelector("[role=status]");

const kept = read()[slug];
if (kept) fill(kept);
// A page that is loaded again, or come back to, may have been filled in by the browser.
else if (["reload", "back_forward"].includes(performance.getEntriesByType("navigation")[0]?.type)) fill({});
keep.checked = Boolean(kept);
for (const field of fields) grow(field);
for (const e of list.querySelectorAll("[data-med-skript]")) e.hidden = false;

list.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-fyll]")) return;
  if (target.matches("textarea")) grow(target);
  if (keep.checked) store(content());
});
keep.addEventListener("change", () => {
  if (!keep.checked) tell(store(undefined) ? "glemt" : "nekter");
  else if (store(content())) tell("beholdt");
  else {
    keep.checked = false;
    tell("nekter");
  }
});
list.querySelector("[data-slett]").addEventListener("click", () => {
  fill({});
  keep.checked = false;
  tell(store(undefined) ? "slettet" : "nekter");
});
// Changed in another tab, or on the page about privacy: what was deleted is not put there again
// from here, and what was kept is not written over by a tab that has something else.
addEventListener("storage", () => {
  if (!keep.checked) return;
  const kept = read()[slug];
  keep.checked = Boolean(kept);
  if (kept) fill(kept);
});
// The page may stay in memory for the back button: what is in it must not.
addEventListener("pagehide", () => {
  if (!keep.checked) fill({});
});

for (const place of list.querySelectorAll("[data-skriv-del]")) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    list.dataset.skriver = place.dataset.skrivDel;
    print();
  });
}
addEventListener("afterprint", () => delete list.dataset.skriver);

function content() {
  return {
    kryss: boxes.filter((box) => box.checked).map((box) => box.id),
    felt: Object.fromEntries(fields.filter((field) => field.value).map((field) => [field.id, field.value])),
  };
}

function fill({ kryss = [], felt = {} }) {
  for (const box of boxes) box.checked = kryss.includes(box.id);
  for (const field of fields) {
    field.value = felt[field.id] ?? "";
    grow(field);
  }
}

// grow gives the field the height of its text, on the screen and on paper: css/checklist.css.
function grow(field) {
  field.parentElement.dataset.tekst = field.value;
}

function read() {
  try {
    const lists = JSON.parse(localStorage.getItem(KEY));
    return Object.fromEntries(Object.entries(lists).filter(([, l]) => Array.isArray(l.kryss) && typeof l.felt === "object" && l.felt));
  } catch {
    return {}; // nothing there, or nothing that is ours
  }
}

// store keeps the list, or with undefined forgets it, and reports whether the browser lets us.
function store(filled) {
  const { [slug]: _, ...lists } = read();
  if (filled) lists[slug] = filled;
  try {
    if (Object.keys(lists).length) localStorage.setItem(KEY, JSON.stringify(lists));
    else localStorage.removeItem(KEY);
    return true;
  } catch {
    return false;
  }
}

function tell(what) {
  status.textContent = list.dataset[what];
}

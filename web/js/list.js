// The page of the reader's own list. Its texts and the form of its rows stand in the page.
import { read, write } from "./saved.js";

const page = document.querySelector("[data-minliste]");
const rows = page.querySelector("ul");
const row = page.querySelector("template");
const status = page.querySelector("[role=status]");
const undo = page.querySelector("[data-angre]");
const all = page.querySelector("[data-slett]");
let before; // what undo brings back

undo.addEventListener("click", () => {
  write(before);
  tell("tilbake");
  rows.querySelector("a").focus(); // the button with the focus is gone
});
all.addEventListener("click", () => change([], "slettet"));
addEventListener("storage", show);
document.querySelector(".o-uten-skript").hidden = true;
page.hidden = false;
show();

function show() {
  const list = read();
  rows.replaceChildren(...list.map(item));
  for (const e of page.querySelectorAll("[data-full]")) e.hidden = list.length === 0;
  page.querySelector("[data-tom]").hidden = list.length > 0;
  for (const e of document.querySelectorAll("[data-har-liste]")) e.hidden = list.length === 0;
}

function item(o) {
  const li = row.content.cloneNode(true);
  const set = (name, text) => (li.querySelector(`[data-${name}]`).textContent = text);
  set("navn", o.navn);
  set("type", o.type);
  set("lagret", day(o.lagret));
  set("sett", day(o.sett));
  for (const a of li.querySelectorAll("[data-sti]")) a.href = document.body.dataset.prefix + o.sti;
  for (const e of li.querySelectorAll("[data-hvilket]")) e.textContent = ` ${o.navn} `;
  const phone = li.querySelector("[data-tel]");
  if (/^tel:\+?\d+$/.test(o.tel)) {
    phone.href = o.tel;
    set("tlf", o.tlf);
  } else {
    phone.remove();
  }
  const button = li.querySelector("button");
  button.addEventListener("click", () => change(read().filter((other) => other.id !== o.id), "tatt", o.navn));
  return li;
}

function change(list, what, name) {
  before = read();
  write(list);
  tell(what, name);
  undo.focus();
}

function tell(what, name) {
  status.textContent = page.dataset[what].replace("{navn}", name);
  undo.hidden = what === "tilbake";
  show();
}

function day(time) {
  const date = new Date(time);
  return isNaN(date) ? "–" : date.toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric" });
}

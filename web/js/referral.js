// The referral list and its sheet, beyond HTML.
//
//   form[data-henvis-valg]   says how many are ticked
//   a[data-stor]             the other size of type without leaving the page, and so with the note
//   [data-notat]             a note for the print. It is in the page and nowhere else: no name, no
//                            form, nothing kept
//   [data-journal]           copies the text for the record

document.querySelectorAll("form[data-henvis-valg]").forEach(counter);
document.querySelectorAll("a[data-stor]").forEach(sizes);
document.querySelectorAll("[data-notat]").forEach(note);
document.querySelectorAll("[data-journal]").forEach(journal);

function counter(form) {
  const status = form.querySelector("[data-antall]");
  const show = () => {
    const n = form.querySelectorAll("input[name=valgt]:checked").length;
    status.textContent = form.dataset.teller.replace("{n}", n);
    status.classList.toggle("o-henvis__feil", n > Number(form.dataset.flest));
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show); // the browser may have filled in the boxes
  show();
}

function sizes(link) {
  const sheet = document.querySelector(".o-ark");
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const other = location.pathname + location.search;
    const large = sheet.classList.toggle("o-ark--stor");
    history.replaceState(null, "", link.href);
    link.href = other;
    link.textContent = large ? link.dataset.vanlig : link.dataset.storre;
  });
}

function note(place) {
  const field = place.querySelector("textarea");
  const printed = place.querySelector("[data-notat-tekst]");
  place.querySelector("[data-notat-felt]").hidden = false;
  field.addEventListener("input", () => {
    printed.textContent = field.value;
    place.toggleAttribute("data-skrevet", field.value.trim() !== "");
  });
  // Nor does the browser keep it, for whoever presses the back button next.
  addEventListener("pagehide", () => {
    field.value = printed.textContent = "";
    place.removeAttribute("data-skrevet");
  });
}

function journal(place) {
  const text = place.querySelector("textarea");
  const status = place.querySelector("[role=status]");
  const button = place.querySelector("[data-kopier]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      status.textContent = status.dataset.kopiert;
    } catch {
      text.select();
      status.textContent = status.dataset.ikkeKopiert;
    }
  });
}

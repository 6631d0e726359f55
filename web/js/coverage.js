// Who will see an offering, said while its coverage is typed. The server understands the
// names, as it does when the form is sent; without script it says so then.
const WAIT = 400; // ms without a change before asking
const FIELDS = ["kommuner", "bydel", "omrade"];

export function coverage(note) {
  const form = note.closest("form");
  let timer;
  let request;

  form.addEventListener("input", (event) => {
    if (!FIELDS.includes(event.target.name)) return;
    clearTimeout(timer);
    request?.abort();
    timer = setTimeout(ask, WAIT);
  });

  async function ask() {
    const now = (request = new AbortController());
    const body = new URLSearchParams([...new FormData(form)].filter(([name]) => FIELDS.includes(name)));
    let said = ""; // rather nothing than what is no longer true
    try {
      const answer = await fetch(note.dataset.coverage, { method: "POST", body, signal: now.signal, redirect: "error" });
      if (answer.ok) said = await answer.text();
    } catch {
      if (now.signal.aborted) return;
    }
    if (note.innerHTML !== said) note.innerHTML = said;
  }
}

// addName completes a name in a field beside a text, and adds it to the text as a line.
export function addName(place) {
  const input = place.querySelector("input");
  const text = place.closest("form").elements[place.dataset.add];
  const names = new Map([...input.list.options].map((option) => [option.value.toLowerCase(), option.value]));
  place.hidden = false;

  // A name that is chosen comes at once; one that is typed may be the beginning of another.
  input.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no part of the form, nor of its draft
    if (event.inputType === undefined || event.inputType === "insertReplacementText") add();
  });
  input.addEventListener("change", add);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // it would send the form
    add();
  });

  function add() {
    const name = names.get(input.value.trim().toLowerCase());
    if (!name) return;
    input.value = "";
    const lines = text.value.split("\n").filter((line) => line.trim());
    if (!lines.includes(name)) text.value = [...lines, name].join("\n");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

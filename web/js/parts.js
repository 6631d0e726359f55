// A button that only changes a part of the form, such as one that adds a row, loads that
// part again and leaves the rest as it is. Without script the whole page comes back.
export function parts(form) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const part = button?.closest("[data-part]");
    if (!part) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // nothing is saved: the draft goes on being kept
    try {
      const sent = new URLSearchParams(new FormData(form, button));
      const answer = await fetch(form.action, { method: "POST", body: sent });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const now = page.getElementById(part.id);
      if (!now || answer.redirected) throw new Error(answer.status);
      const before = new Set([...part.querySelectorAll("[id]")].map((e) => e.id));
      part.replaceWith(now);
      goOn(now, before, button);
      form.dispatchEvent(new Event("input"));
    } catch {
      part.removeAttribute("data-part"); // then as without script
      form.requestSubmit(button);
    }
  });
}

// Leads to what is wrong, or else to what the button is for or what is new, or else to
// where one was.
function goOn(part, before, button) {
  const target =
    part.querySelector("[aria-invalid=true]") ??
    (button.dataset.then && part.querySelector(button.dataset.then)) ??
    [...part.querySelectorAll("input[id], select[id]")].find((e) => !before.has(e.id)) ??
    part.querySelector(`button[value="${button.value}"]`) ??
    part;
  target.focus();
}

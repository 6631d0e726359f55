// Keeps what is typed into a form as a draft, a moment after the last stroke, and says so.
// Without script the form's own button does it.
const pause = 2000;

export function draft(form) {
  const status = form.querySelector("[data-draft-status]");
  let timer;
  let changed = 0;
  let kept = 0;
  let sending;

  async function keep() {
    const now = changed;
    sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: sending.signal });
      if (!answer.ok) throw new Error(answer.status);
      kept = now;
      const clock = new Date().toLocaleTimeString("nb", { hour: "2-digit", minute: "2-digit" });
      status.textContent = `Kladd lagret kl. ${clock}`;
    } catch {
      if (sending.signal.aborted) return;
      status.textContent = "Kladden ble ikke lagret. Vi prøver igjen.";
      timer = setTimeout(keep, 5 * pause);
    }
  }

  form.addEventListener("input", () => {
    changed++;
    status.textContent = "";
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    sending?.abort(); // it must not come after what is published now
    kept = changed;
  });
  addEventListener("beforeunload", (event) => {
    if (changed !== kept) event.preventDefault();
  });
}

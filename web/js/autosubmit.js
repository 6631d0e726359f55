// autoSubmit sends a form of choices as soon as one changes, so its submit buttons
// ([data-auto-button]) go. Where the reader was is carried over to the new page in the
// address's fragment: the next choice is one key press away, also by keyboard.
export function autoSubmit(form) {
  form.querySelectorAll("[data-auto-button]").forEach((button) => button.remove());
  form.addEventListener("change", (event) => {
    const url = new URL(form.action);
    url.hash = event.target.id;
    form.action = url.href;
    form.requestSubmit();
  });

  const back = form.querySelector(`#${CSS.escape(location.hash.slice(1)) || "_"}`);
  if (!back) return;
  for (let fold = back.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  back.focus();
}

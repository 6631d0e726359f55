// A button that copies the line above it. Where the browser does not let it, the line is marked
// for the reader to copy.
document.querySelectorAll("[data-kopier]").forEach((place) => {
  const line = document.getElementById(place.dataset.kopier);
  const status = place.querySelector("[role=status]");
  place.hidden = false;
  place.querySelector("button").addEventListener("click", async () => {
    line.select();
    status.textContent = await navigator.clipboard?.writeText(line.value).then(() => place.dataset.kopiert, () => "") || place.dataset.marker;
  });
});

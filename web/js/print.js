// printButton shows a button that prints the page.
export function printButton(place) {
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => print());
}

// usePosition shows the button that finds the kommune where the reader is. What it does is in
// a file of its own (posisjon.js), fetched with the first press: most never press it.
export function usePosition(place) {
  if (!navigator.geolocation || !window.isSecureContext) return;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    place.dataset.trykket = "";
    const script = document.createElement("script");
    script.src = place.dataset.skript;
    document.head.append(script);
  }, { once: true });
}

// onPress shows a button whose doing is in a file of its own, fetched with the first press: most
// readers never press it.
//
//   <div hidden data-skript="…"> <button>     with data-posisjon it needs to know where it is
//
// The file finds the place by data-trykket.
export function onPress(place) {
  if ("posisjon" in place.dataset && !(navigator.geolocation && window.isSecureContext)) return;
  place.hidden = false;
  place.querySelector("button").addEventListener("click", () => {
    const script = document.createElement("script");
    place.dataset.trykket = "";
    script.src = place.dataset.skript;
    document.head.append(script);
  }, { once: true });
}

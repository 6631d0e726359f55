// Finds the kommune where the reader is, on the device: the position is compared with borders
// that are fetched whole, and is sent to nobody. Fetched by the first press (press.js).
//
//   <div data-posisjon="/kart/posisjon.json" data-til="">   texts, and where the borders are;
//     <button> <div role="status">                           an address that a number is put after
//
// Where no borders are known, or one is near, it asks and does not say.

import { decode } from "./topology.js";

const FAR = 100; // km to the nearest centre of a kommune from anywhere in Norway, and some more
const AT_SEA = 20; // km from land that is still as good as there
const LEAST = 0.3; // km: borders are not drawn more exactly than this
const MOST = 4; // kommuner to choose among

for (const place of document.querySelectorAll("[data-trykket]")) {
  delete place.dataset.trykket;
  const button = place.querySelector("button");
  button.addEventListener("click", () => find(place, button));
  find(place, button);
}

async function find(place, button) {
  const status = place.querySelector("[role=status]");
  if (button.hasAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true"); // and not disabled: it keeps its focus
  let texts;
  try {
    texts = await json(place.dataset.posisjon);
    say(status, texts.venter);
    const [here, kommuner] = await Promise.all([position(), json(texts.kommuner).then(decode)]);
    show(status, texts, place.dataset.til, answer(here, kommuner));
  } catch (error) {
    // 1, 2 and 3 are the codes of a GeolocationPositionError.
    say(status, texts?.[["feil", "avslatt", "ukjent", "sent"][error?.code]] ?? texts?.feil ?? "");
  }
  button.removeAttribute("aria-disabled");
}

async function json(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.json();
}

const position = () => new Promise((resolve, reject) => {
  const use = ({ coords }) => resolve({ at: [coords.longitude, coords.latitude], km: coords.accuracy / 1000 });
  navigator.geolocation.getCurrentPosition(use, reject, { timeout: 20000, maximumAge: 600000 });
});

// answer returns the kommune that the position is in, or those that it may be in, the likeliest
// first: none where it is in no kommune.
function answer({ at, km }, kommuner) {
  const borders = kommuner.filter((k) => k.rings.length > 0);
  // Borders of some kommuner alone say nothing about the others.
  if (borders.length < kommuner.length) {
    const near = sorted(kommuner, (k) => distance(at, k.centre, k.centre));
    return { ask: near[0].km - km > FAR ? [] : near.slice(0, MOST - 1).map((n) => n.k) };
  }
  const near = sorted(borders, (k) => (inside(at, k.rings) ? -1 : edge(at, k.rings)));
  const within = near.filter((n) => n.km <= Math.max(km, LEAST));
  if (within.length === 1 && within[0].km < 0) return { is: within[0].k };
  if (within.length === 0 && near[0].km <= AT_SEA) within.push(near[0]);
  return { ask: within.slice(0, MOST).map((n) => n.k) };
}

function sorted(kommuner, measure) {
  return kommuner.map((k) => ({ k, km: measure(k) })).sort((a, b) => a.km - b.km);
}

function inside([x, y], rings) {
  let odd = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[ax, ay], [bx, by]] = [ring[i], ring[j]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
    }
  }
  return odd;
}

function edge(at, rings) {
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) least = Math.min(least, distance(at, ring[i], ring[j]));
  }
  return least;
}

// distance returns the km from a point to the line between two, as if the earth were flat there.
function distance([x, y], [ax, ay], [bx, by]) {
  const east = 111.2 * Math.cos((y * Math.PI) / 180);
  const [px, py, qx, qy] = [(ax - x) * east, (ay - y) * 111.2, (bx - ax) * east, (by - ay) * 111.2];
  const along = Math.min(1, Math.max(0, -(px * qx + py * qy) / (qx * qx + qy * qy || 1)));
  return Math.hypot(px + along * qx, py + along * qy);
}

function say(status, text) {
  status.replaceChildren(element("p", text));
}

function show(status, texts, to, { is, ask }) {
  if (is) {
    status.replaceChildren(element("p", texts.er.replace("{a}", is.name)), link(texts.vis.replace("{a}", is.name), to, is));
    return;
  }
  if (ask.length === 0) return say(status, texts.utenfor);
  const list = element("ul");
  list.className = "o-row";
  list.append(...ask.map((k) => {
    const item = element("li");
    item.append(link(k.name, to, k));
    return item;
  }));
  const question = texts.spor.replace("{a}", ask.map((k) => k.name).join(", "));
  status.replaceChildren(element("p", question), list, element("p", texts.annen));
}

function element(name, text = "") {
  const e = document.createElement(name);
  e.textContent = text;
  return e;
}

function link(text, to, kommune) {
  const a = element("a", text);
  a.href = to + kommune.number;
  a.className = "ds-button";
  a.dataset.variant = "secondary";
  return a;
}

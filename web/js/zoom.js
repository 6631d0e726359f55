// A map that can be zoomed and moved, in the place of the drawn one, from which it takes what each
// kommune has. Fetched by the press that asks for it (press.js); nothing comes from other sites.
//
//   <p data-skript data-stil data-grenser="/kart/kommuner/…"> <button> <span role="status">
//     <label hidden> <input type="checkbox" data-bakgrunn="/kart/bakgrunn/">   where there is a background map
//
// Kommuner are reached by keyboard in the table below: here the keys move the map.
import { Control, CRS, map as newMap, polygon, tileLayer } from "leaflet";
import { decode } from "./topology.js";

const place = document.querySelector("[data-trykket]");
const figure = document.querySelector(".o-kart__bilde");
const button = place.querySelector("button");
const background = place.querySelector("[data-bakgrunn]");
const status = place.querySelector("[role=status]");
const first = button.textContent;
let map, kommuner;

async function toggle() {
  status.textContent = "";
  if (map) {
    leave();
    delete figure.dataset.zoom;
    button.textContent = first;
    if (background) background.parentElement.hidden = true;
    return;
  }
  button.setAttribute("aria-disabled", "true");
  try {
    [kommuner] = await Promise.all([borders(), style()]);
    show();
    button.textContent = place.dataset.tilbake;
    if (background) background.parentElement.hidden = false;
  } catch {
    status.textContent = place.dataset.feil;
  }
  button.removeAttribute("aria-disabled");
}

function leave() {
  map.remove();
  map = null;
  figure.lastElementChild.remove();
}

async function borders() {
  const response = await fetch(place.dataset.grenser);
  if (!response.ok) throw new Error(response.status);
  return decode(await response.json());
}

// style resolves when the style sheet is there: the map is laid out by it.
const style = () => new Promise((resolve, reject) => {
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href: place.dataset.stil, onload: resolve, onerror: reject });
  if (document.querySelector(`link[href="${place.dataset.stil}"]`)) resolve();
  else document.head.append(link);
});

// project is Lambert's conformal conic projection, as internal/site/projection.go has it: the
// same country as in the drawn map. Units are km.
const radians = (degrees) => (degrees * Math.PI) / 180;
const tan = (lat) => Math.tan(Math.PI / 4 + lat / 2);
const [p1, p2] = [radians(60), radians(69)];
const n = Math.log(Math.cos(p1) / Math.cos(p2)) / Math.log(tan(p2) / tan(p1));
const f = (6371 * Math.cos(p1) * tan(p1) ** n) / n;

function project([lon, lat]) {
  const rho = f / tan(radians(lat)) ** n;
  const theta = n * radians(lon - 16);
  return [-rho * Math.cos(theta), rho * Math.sin(theta)]; // Leaflet has north first
}

// With a background the map has the projection of its pictures; without, that of the drawn one.
function show() {
  const tiles = background?.checked;
  const drawn = new Map([...figure.querySelectorAll("a[data-kommune]")].map((a) => [a.dataset.kommune, a]));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const box = document.createElement("div");
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", place.dataset.navn);
  figure.append(box);
  figure.dataset.zoom = "";
  map = newMap(box, {
    crs: tiles ? CRS.EPSG3857 : CRS.Simple, minZoom: tiles ? 4 : -3, maxZoom: tiles ? 13 : 4,
    zoomControl: false, scrollWheelZoom: false, zoomSnap: tiles ? 1 : 0.5, zoomDelta: 1,
    zoomAnimation: !still, fadeAnimation: !still, inertia: !still,
  });
  map.attributionControl.setPrefix(false).addAttribution("© Kartverket");
  new Control.Zoom({ zoomInTitle: place.dataset.inn, zoomOutTitle: place.dataset.ut }).addTo(map);
  if (tiles) {
    tileLayer(background.dataset.bakgrunn + "{z}/{x}/{y}", { attribution: background.dataset.kreditt, bounds: [[57, 2], [72, 33]] })
      .on("tileerror", () => (status.textContent = background.dataset.feil)).addTo(map);
  }
  let all, chosen;
  for (const kommune of kommuner) {
    const a = drawn.get(kommune.number);
    if (!a || kommune.rings.length === 0) continue;
    const path = a.querySelector("path");
    const mine = a.hasAttribute("data-min");
    const area = polygon(kommune.rings.map((ring) => ring.map(tiles ? ([lon, lat]) => [lat, lon] : project)), {
      className: path.getAttribute("class") + (mine ? " o-kart__flate--min" : ""), fillRule: "evenodd", smoothFactor: 0.5,
    });
    const title = document.createElement("span");
    title.textContent = path.querySelector("title").textContent;
    area.bindTooltip(title, { sticky: true }).on("click", () => location.assign(a.getAttribute("href"))).addTo(map);
    all = all ? all.extend(area.getBounds()) : area.getBounds();
    if (mine) chosen = area;
  }
  map.fitBounds((chosen?.getBounds() ?? all).pad(chosen ? 1 : 0.02));
  map.setMaxBounds(all.pad(0.2));
  chosen?.bringToFront();
  box.focus();
}

button.addEventListener("click", toggle);
background?.addEventListener("change", () => {
  status.textContent = "";
  leave();
  show();
  background.focus();
});
toggle();

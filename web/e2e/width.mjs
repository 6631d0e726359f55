// Looks whether pages fit a narrow phone, or 400 % zoom (320 px): every offering, since any of
// them may hold a long address, and some of each other kind. They are looked at in the system's
// letter, as a first page may be drawn: it can be broader than Inter.
// Usage: node width.mjs BASE
import { base, check, open } from "./browser.mjs";

const WIDTH = 320;
const EVERY = 12; // of those that are like another: pages of kommuner, and offerings in another language
const ALIKE = /^(\/kommune\/|\/(nn|en)\/(kommune|tilbud)\/)/;

const sitemap = await (await fetch(base + "/sitemap.xml")).text();
const all = [...sitemap.matchAll(/<loc>([^<]+)<\/loc>/g)].map((m) => new URL(m[1]).pathname);
const paths = all.filter((path, i) => !ALIKE.test(path) || i % EVERY === 0);
check(paths.filter((path) => path.startsWith("/tilbud/")).length > 100, "the sitemap has the offerings");

// Puts a page into the one that is open, which has the same style sheets, and returns its width: most
// of what a load takes is the same for both.
function put(html) {
  const whole = new DOMParser().parseFromString(html, "text/html");
  for (const { name, value } of whole.documentElement.attributes) document.documentElement.setAttribute(name, value);
  document.body.replaceWith(whole.body);
  return document.documentElement.scrollWidth;
}

const { browser, page, problems } = await open({ viewport: { width: WIDTH, height: 800 }, serviceWorkers: "block" });
await page.route("**/*.woff2", (route) => route.fulfill({ contentType: "font/woff2", body: "" }));
const wide = [];
const note = (path, width) => { if (width > WIDTH) wide.push(`${path} is ${width} px wide`); };
let loaded = 0;
async function load(path) {
  await page.goto(base + path, { waitUntil: "domcontentloaded" });
  note(path, await page.evaluate(() => document.documentElement.scrollWidth));
  loaded++;
}

for (const path of ["/sok?q=familievernkontor", "/sok?q=pasient-+og+brukerorganisasjoner", "/sok?kommune=1804&type=frisklivssentral", "/meld-feil", "/logg-inn"]) await load(path);
// What the script does with a page is the same for all of a kind: the first and each twelfth show it.
const kinds = new Set();
const alike = new Map(); // by their style sheets and scripts
for (const [i, path] of paths.entries()) {
  const kind = /^(?:\/(?:nn|en))?(\/[^/]+\/)/.exec(path)?.[1] ?? path; // "/tilbud/", in each language
  if (kinds.has(kind) && i % EVERY > 0) {
    const html = await (await fetch(base + path)).text();
    const needs = html.match(/<link rel="stylesheet"[^>]*>|<script [^>]*src=[^>]*>/g).join();
    alike.set(needs, [...alike.get(needs) ?? [], [path, html]]);
  } else {
    await load(path);
  }
  kinds.add(kind);
}
for (const [[first], ...others] of alike.values()) {
  await load(first);
  for (const [path, html] of others) note(path, await page.evaluate(put, html));
}
check(wide.length === 0, wide.join("\n"));
check(problems.length === 0, problems.join("; "));
await browser.close();
console.log(`${paths.length} pages at ${WIDTH} px, ${loaded} of them loaded: ok`);

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

const { browser, page, problems } = await open({ viewport: { width: WIDTH, height: 800 }, serviceWorkers: "block" });
await page.route("**/*.woff2", (route) => route.fulfill({ contentType: "font/woff2", body: "" }));
const wide = [];
for (const path of [...paths, "/sok?q=familievernkontor", "/sok?q=pasient-+og+brukerorganisasjoner", "/sok?kommune=1804&type=frisklivssentral", "/meld-feil", "/logg-inn"]) {
  await page.goto(base + path, { waitUntil: "domcontentloaded" });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > WIDTH) wide.push(`${path} is ${width} px wide`);
}
check(wide.length === 0, wide.join("\n"));
check(problems.length === 0, problems.join("; "));
await browser.close();
console.log(`${paths.length} pages at ${WIDTH} px: ok`);

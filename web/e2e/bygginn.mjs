// Puts a kommune's list into pages of another site, as a frame and as an element, under a strict
// content policy, and looks at it there. Usage: node bygginn.mjs BASE
import { createServer } from "node:http";
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const number = "1804";
const frame = (query, address = `/bygg-inn/${number}`) => `<iframe src="${base}${address}${query}" title="Hjelp for pårørende" width="100%" height="800" frameborder="0"></iframe>`;
const element = (attributes) => `<oversikt-tilbud ${attributes}><a href="${base}/kommune/1804-bodo">Hjelp for pårørende i Bodø</a></oversikt-tilbud>`;
const script = `<script src="${base}/bygg-inn/tilbud.js" async></script>`;

// What the other site shows, and which of our addresses its policy lets in.
const all = ["frame-src", "script-src", "connect-src"];
const pages = {
  "/ramme": [frame(""), all],
  "/ramme-farge": [frame("?farge=ffd400&utseende=auto"), all],
  "/ramme-mork": [frame("?bakgrunn=00224d&farge=0057a3"), all],
  "/element": [script + element(`kommune="${number}"`), all],
  "/element-farge": [script + element(`kommune="${number}" farge="8b002d" bakgrunn="fff4d6" sprak="en"`), all],
  "/element-tidligere": [script + element('kommune="0231" farge="0057a3"'), all],
  "/element-ukjent": [script + element('kommune="9999"'), all],
  "/element-uten-kommune": [script + element(""), all],
  "/uten-henting": [script + element(`kommune="${number}"`), ["script-src"]],
  "/uten-skript": [script + element(`kommune="${number}"`), []],
  "/annen-side": [frame("", "/kommune/1804-bodo"), all],
  "/framside": [frame("", "/"), all],
  "/ukjent": [frame("", "/bygg-inn/9999"), all],
};
const host = createServer((request, response) => {
  const [body, allowed] = pages[new URL(request.url, "http://x").pathname] ?? ["", []];
  const policy = ["default-src 'none'", "style-src 'self'", "require-trusted-types-for 'script'", "trusted-types 'none'", "base-uri 'none'",
    ...allowed.map((directive) => `${directive} ${base}`)].join("; ");
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy });
  response.end(`<!doctype html><html lang="nb"><meta name="viewport" content="width=device-width"><title>Kommunen</title><main><h1>Kommunens side</h1>${body}</main></html>`);
});
await new Promise((resolve) => host.listen(0, "localhost", resolve)); // another site than 127.0.0.1
const outside = `http://localhost:${host.address().port}`;

// Like open, with the other site allowed; what Chromium says of it is not about our pages.
async function visit(path, options) {
  const at = await open(options);
  const requests = [];
  at.page.on("request", (r) => requests.push(r.url()));
  await at.page.goto(outside + path, { waitUntil: "networkidle" });
  at.requests = requests;
  at.problems = at.problems.filter((p) => !p.includes(outside));
  return at;
}

// How much the frame keeps; browsers may refuse it to frames of other sites, which is none.
function kept() {
  try {
    return localStorage.length + sessionStorage.length;
  } catch {
    return 0;
  }
}

const list = (page) => page.locator("oversikt-tilbud .inn");

// Frames and elements at three widths, in two schemes.
for (const [width, colorScheme, paths] of [
  [320, "light", ["/ramme", "/ramme-mork", "/element", "/element-farge"]],
  [390, "dark", ["/ramme", "/ramme-farge", "/element"]],
  [1280, "light", ["/ramme-farge", "/element"]],
]) {
  for (const path of paths) {
    const { browser, context, page, problems, requests } = await visit(path, { viewport: { width, height: 900 }, colorScheme, bypassCSP: false });
    const where = `${path} (${width} px, ${colorScheme}): `;
    const inside = path.startsWith("/ramme") ? page.frames().find((f) => f.url().includes("/bygg-inn/")) : page;
    check(inside, `${where}there is no frame`);
    for (const f of await found(inside)) throw new Error(where + f);
    if (path.startsWith("/ramme")) {
      check((await inside.locator("h1").textContent()).trim() === "Hjelp for pårørende i Bodø", `${where}the frame has its title`);
      check(await inside.evaluate(() => document.documentElement.scrollHeight > innerHeight && getComputedStyle(document.documentElement).overflowY !== "hidden"), `${where}a long list can be scrolled`);
      check(await inside.evaluate(kept) === 0, `${where}something is kept`);
    } else {
      check(await list(page).isVisible() && await page.locator("oversikt-tilbud > a").isHidden(), `${where}the list is there instead of the link`);
      const [shown, needed] = await page.evaluate(() => [document.querySelector("oversikt-tilbud").offsetHeight, document.querySelector("oversikt-tilbud").shadowRoot.firstChild.scrollHeight]);
      check(shown > 800 && shown === needed, `${where}the element is as high as its list: ${shown} of ${needed}`);
      check(await page.locator("h1").count() === 1 && await list(page).locator("h2").count() === 1, `${where}headings follow those of the page`);
      check(await page.evaluate(() => getComputedStyle(document.querySelector("oversikt-tilbud").shadowRoot.querySelector(".inn-topp")).display) === "flex", `${where}the style sheet is there`);
    }
    const dark = path === "/ramme-mork" || (path === "/ramme-farge" && colorScheme === "dark");
    const ground = await inside.evaluate(() => getComputedStyle((document.querySelector("oversikt-tilbud")?.shadowRoot ?? document).querySelector(".inn")).backgroundColor);
    check(Number(ground.match(/\d+/)[0]) < 100 === dark, `${where}ground ${ground}`);
    check((await context.cookies()).length === 0, `${where}a cookie is set`);
    check(requests.every((r) => r.startsWith(outside) || r.startsWith(`${base}/bygg-inn/`)), `${where}${requests.join(" ")}`);
    check(problems.every((p) => p.includes(outside) || p.startsWith("third-party request: http://localhost")), `${where}${problems.join("; ")}`);
    await browser.close();
  }
}
console.log("frame and element: ok");

// What goes wrong leaves a way on.
for (const [path, text] of [["/uten-henting", "Hjelp for pårørende i Bodø"], ["/uten-skript", "Hjelp for pårørende i Bodø"]]) {
  const { browser, page } = await visit(path);
  check(await page.locator("oversikt-tilbud > a").isVisible() && await list(page).count() === 0, `${path}: the link stays: ${text}`);
  await browser.close();
}
for (const path of ["/element-ukjent", "/element-uten-kommune"]) {
  const { browser, page } = await visit(path);
  check((await list(page).textContent()).includes("Vi fant ikke kommunen"), `${path}: a sentence`);
  await browser.close();
}
{
  const { browser, page } = await visit("/ukjent");
  const inside = page.frames().find((f) => f.url().includes("/bygg-inn/"));
  check((await inside.locator("main").textContent()).includes("Vi fant ikke kommunen"), "an unknown kommune is said in the frame");
  await browser.close();
}
for (const path of ["/annen-side", "/framside"]) {
  const { browser, page } = await visit(path);
  const inside = page.frames()[1];
  check(!inside || !inside.url().startsWith(base) || await inside.locator("h1").count() === 0, `${path}: another page can be framed`);
  await browser.close();
}
console.log("other pages, and faults: ok");

// Attributes can change, and the last counts.
{
  const { browser, page } = await visit("/element");
  await page.evaluate(() => {
    const element = document.querySelector("oversikt-tilbud");
    element.setAttribute("sprak", "nn");
    element.setAttribute("kommune", "0301");
    element.setAttribute("overflodig", "x");
  });
  await list(page).getByRole("heading", { name: "Hjelp for pårørande i Oslo" }).waitFor({ timeout: 5000 });
  check(await page.locator("oversikt-tilbud .inn").getAttribute("lang") === "nn", "the list says which language it is in");
  await browser.close();
}

// A former number leads to the kommune that there is now.
{
  const { browser, page } = await visit("/element-tidligere");
  check((await list(page).locator("h2").textContent()).trim() === "Hjelp for pårørende i Lillestrøm", "a former number");
  check(await page.evaluate(() => getComputedStyle(document.querySelector("oversikt-tilbud").shadowRoot.querySelector(".inn-topp")).backgroundColor) === "rgb(0, 87, 163)", "keeps its colour");
  await browser.close();
}

// The way out takes the whole window, and the element leaves nothing to go back to.
for (const path of ["/ramme", "/element"]) {
  const { browser, context, page } = await visit("/");
  await context.route("https://www.yr.no/**", (route) => route.fulfill({ contentType: "text/html", body: "<title>yr</title><h1>Været</h1>" }));
  await page.goto(outside + path, { waitUntil: "networkidle" });
  const inside = path === "/ramme" ? page.frames().find((f) => f.url().includes("/bygg-inn/")) : page;
  await inside.getByRole("link", { name: "Forlat siden" }).click();
  await page.waitForURL("https://www.yr.no/");
  check(page.url() === "https://www.yr.no/", `${path}: the whole window has left`);
  await page.goBack();
  check(page.url() === outside + (path === "/ramme" ? path : "/"), `${path}: back leads to ${page.url()}`);
  await browser.close();
}

// Links open in another tab, and the host's page stays.
{
  const { browser, context, page } = await visit("/ramme");
  const inside = page.frames().find((f) => f.url().includes("/bygg-inn/"));
  const [tab] = await Promise.all([context.waitForEvent("page"), inside.getByRole("link", { name: "Alt for deg i Bodø (åpnes i ny fane)" }).click()]);
  await tab.waitForLoadState();
  check(tab.url() === `${base}/kommune/1804-bodo` && page.url() === outside + "/ramme", `the link leads to ${tab.url()}`);
  check(await tab.evaluate(() => window.opener) === null, "the new tab cannot reach the host's page");
  await browser.close();
}
console.log("ways out: ok");

// The builder: with and without script.
for (const javaScriptEnabled of [true, false]) {
  const { browser, context, page, problems } = await open({ javaScriptEnabled });
  if (javaScriptEnabled) await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await page.goto(`${base}/for-kommuner?kommune=1804&farge=ffd400&vis=egne#bygg-inn`, { waitUntil: "networkidle" });
  const shown = page.frames().find((f) => f.url().includes("/bygg-inn/1804?farge=ffd400&vis=egne"));
  check(shown && (await shown.locator("h1").textContent()).includes("Bodø"), "the preview is the list itself");
  const line = page.locator("#bygg-ramme");
  check((await line.inputValue()).startsWith(`<iframe src="${base}/bygg-inn/1804?farge=ffd400&amp;vis=egne"`), `the line is ${await line.inputValue()}`);
  const copy = page.getByRole("button", { name: "Kopier" });
  if (javaScriptEnabled) {
    await copy.first().click();
    await page.getByText("Kopiert.", { exact: true }).waitFor();
    check(await page.evaluate(() => navigator.clipboard.readText()) === await line.inputValue(), "the line is copied");
    await page.locator("#bygg-kommune").fill("Oslo");
    await page.getByRole("button", { name: "Vis listen" }).click();
    await page.waitForURL(/kommune=Oslo/);
    check((await line.inputValue()).includes("/bygg-inn/0301?farge=ffd400"), "the form keeps what was chosen");
    check(page.url().endsWith("#bygg-inn"), "the answer is where the form is");
  } else check(await copy.count() === 0, "there is no button that does nothing");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
}
console.log("builder: ok");
host.close();

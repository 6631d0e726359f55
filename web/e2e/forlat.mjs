// Leaves the site as a reader does who must not be seen here.
// Usage: node forlat.mjs BASE
import { base, check, open, settled } from "./browser.mjs";

const neutral = "https://www.yr.no/";

// A browser in which the neutral page is one of ours: tests ask nobody else. Problems are
// those of the site's own pages.
async function reader(options = {}) {
  const opened = await open(options);
  const referrers = [];
  // What can be seen when the screen has been covered, as the page itself says: it cannot be
  // asked while it is on its way to another.
  await opened.context.addInitScript(() => new MutationObserver(() => document.documentElement.hidden && console.info(JSON.stringify({
    seen: document.body.checkVisibility(), title: document.title, path: location.pathname,
  }))).observe(document, { subtree: true, attributeFilter: ["hidden"] }));
  let covered;
  const cover = new Promise((resolve) => (covered = resolve));
  opened.page.on("console", (m) => m.type() === "info" && covered(JSON.parse(m.text())));
  await opened.context.route(neutral, async (route) => {
    referrers.push(await route.request().headerValue("referer"));
    await cover; // the page goes before the network answers
    await route.fulfill({ contentType: "text/html", body: "<title>Yr</title><h1>Vær</h1>" });
  });
  const problems = () => opened.problems.filter((p) => p !== `third-party request: ${neutral}`);
  return { ...opened, problems, referrers, cover, uncovered: () => covered() };
}

const hidden = (page) => page.evaluate(() => document.documentElement.checkVisibility() === false && document.body.checkVisibility() === false);
const esc = async (page, times, delay = 100) => {
  for (let i = 0; i < times; i++) {
    await page.keyboard.press("Escape");
    await page.waitForTimeout(delay);
  }
};

// What is on the screen goes before the network answers; the way back is not to the page.
for (const [how, leave] of Object.entries({
  button: (page) => page.getByRole("link", { name: "Forlat siden" }).first().click({ noWaitAfter: true }),
  Esc: (page) => esc(page, 3),
})) {
  const { browser, page, problems, referrers, cover } = await reader();
  await page.goto(base + "/om");
  await page.goto(base + "/kommune/1804-bodo");
  await leave(page);
  await page.waitForURL(neutral);
  const { seen, title, path } = await cover;
  check(!seen && !title.includes("Bodø") && path === "/", `${how}: nothing is left on the screen while the neutral page is on its way: ${seen}, ${title}, ${path}`);
  check(referrers.every((r) => r === null), `${how}: the neutral page is not told where the reader came from: ${referrers}`);
  check((await page.context().pages()).length === 1, `${how}: nothing opens in the background`);
  await page.goBack();
  await page.waitForURL(base + "/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  check(!(await hidden(page)), `${how}: the front page is seen`);
  await page.getByRole("link", { name: "Personvern" }).first().click();
  await page.waitForURL("**/personvern");
  await page.goBack();
  await page.waitForURL(base + "/");
  await page.goForward();
  await page.waitForURL("**/personvern");
  check(!(await hidden(page)), `${how}: who reads on by choice can go back and forth`);
  check(problems().length === 0, problems().join("; "));
  await browser.close();
  console.log(`left by ${how}: ok`);
}

// Esc goes on doing what it does elsewhere.
{
  const { browser, page, problems } = await reader();
  await page.goto(base + "/");
  await page.locator("#hvor").fill("Bodø");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("Escape");
  check(await page.getByRole("listbox").count() === 0, "one Esc closes the list of completions");
  await esc(page, 1);
  await page.waitForTimeout(1600);
  await esc(page, 2);
  await page.keyboard.press("Tab");
  await esc(page, 1);
  check(page.url() === base + "/" && !(await hidden(page)), "slow presses, and presses with another key between, do not leave");
  await page.waitForTimeout(1600);
  await page.locator("#hvor").focus();
  await esc(page, 3);
  await page.waitForURL(neutral);
  check(problems().length === 0, problems().join("; "));
  await browser.close();
  console.log("Esc: ok");
}

// A plain link without script. In both languages, at a size for fingers, over nothing else.
{
  const { browser, page, referrers, uncovered } = await reader({ javaScriptEnabled: false });
  uncovered();
  await page.goto(base + "/kommune/1804-bodo");
  await page.getByRole("link", { name: "Forlat siden" }).first().click();
  await page.waitForURL(neutral);
  check(referrers.every((r) => r === null), "without script: no referrer");
  await browser.close();
}
{
  const { browser, page } = await reader({ serviceWorkers: "block" });
  const widths = [320, 390, 700, 1024, 1280, 1920];
  for (const path of ["/", "/nn/", "/en/", "/kommune/5610-karasjok", "/sok?q=demens", "/finnes-ikke"]) {
    await page.goto(base + path);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      await settled(page);
      const at = await page.locator(".o-forlat").boundingBox();
      check(at.height >= 44 && at.width >= 44, `${path} at ${width} px: ${JSON.stringify(at)} is large enough`);
      check(at.x >= 0 && at.x + at.width <= width, `${path} at ${width} px: ${JSON.stringify(at)} is on the screen`);
      const over = await page.evaluate(() => {
        const at = document.querySelector(".o-forlat").getBoundingClientRect();
        const meets = (r) => r.left < at.right && r.right > at.left && r.top < at.bottom && r.bottom > at.top;
        return [...document.querySelectorAll(".o-nod, .o-header a, .o-header span, main a, main h1, main p")].filter((e) => [...e.getClientRects()].some(meets)).map((e) => e.outerHTML.slice(0, 100));
      });
      check(over.length === 0, `${path} at ${width} px: it lies over ${over.join("\n")}`);
    }
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    await page.evaluate(() => scrollTo({ top: 1000, behavior: "instant" }));
    const at = await page.locator(".o-forlat").boundingBox();
    check(at.y >= 0 && at.y < 60, `at ${width} px: it stays at the top, not at ${at.y}`);
    await page.emulateMedia({ media: "print" });
    check(!(await page.locator(".o-forlat").isVisible()), "it is not on paper");
    await page.emulateMedia({ media: "screen" });
  }
  await browser.close();
}
console.log("without script, and in its place: ok");

// Walks the site as a reader does: with script, by keyboard, and without script.
// Usage: node walk.mjs BASE
import { base, check, open } from "./browser.mjs";

async function walk(options, what) {
  const { browser, page, problems } = await open(options);
  // Find by place: a former kommune leads to the one of today.
  await page.goto(base + "/");
  await page.locator("#hvor").fill("Skedsmo");
  if (options.javaScriptEnabled !== false) {
    // The list of completions must not come to lie over the button.
    await page.getByRole("option", { name: /Lillestrøm/ }).waitFor();
  }
  await page.getByRole("button", { name: "Vis hjelp her" }).click();
  await page.waitForURL("**/kommune/3205-lillestrom");
  check((await page.locator("h1").textContent()).includes("Lillestrøm"), `${what}: the kommune page has its name`);
  check(await page.locator('main a[href^="tel:"]').first().isVisible(), `${what}: a telephone number is shown`);
  // Open an offering.
  await page.locator("#familievernkontor").getByRole("link").first().click();
  await page.waitForURL("**/tilbud/*");
  check(await page.locator('main a[href^="tel:"]').first().isVisible(), `${what}: the offering shows its number`);
  check((await page.locator("main").textContent()).includes("Kilde: "), `${what}: the offering names its source`);
  // Read an article, and follow its link into the directory.
  await page.goto(base + "/mote-med-helsetjenesten");
  await page.getByRole("link", { name: /vanskelig/ }).first().click();
  await page.waitForURL("**/nar-samarbeidet-med-helsetjenestene-er-vanskelig");
  await page.locator('article a[href="/sok?type=brukerombud"]').first().click();
  await page.waitForURL("**/sok?type=brukerombud");
  check((await page.locator(".o-listing").count()) > 0, `${what}: the article's link finds offerings`);
  check(problems.length === 0, `${what}: ${problems.join("; ")}`);
  await browser.close();
  console.log(`${what}: ok`);
}

await walk({}, "with script");
await walk({ javaScriptEnabled: false }, "without script");

// By keyboard alone: skip link, field, enter.
const { browser, page } = await open({ viewport: { width: 1280, height: 900 } });
await page.goto(base + "/");
await page.keyboard.press("Tab");
check(await page.evaluate(() => document.activeElement.classList.contains("ds-skip-link")), "the skip link comes first");
await page.locator("#hvor").focus();
await page.keyboard.type("0155");
await page.keyboard.press("Enter");
await page.waitForURL("**/kommune/0301-oslo");
await browser.close();
console.log("by keyboard: ok");

// By finger: the press on the button comes after the field has lost its focus.
{
  const { browser, page } = await open({ hasTouch: true, isMobile: true });
  await page.goto(base + "/");
  await page.locator("#hvor").fill("Skedsmo");
  await page.getByRole("option", { name: /Lillestrøm/ }).waitFor();
  await page.getByRole("button", { name: "Vis hjelp her" }).tap();
  await page.waitForURL("**/kommune/3205-lillestrom");
  await page.goto(base + "/");
  await page.locator("#hvor").fill("Skeds");
  await page.getByRole("option", { name: /Lillestrøm/ }).tap();
  await page.waitForURL("**/kommune/3205-lillestrom");
  await browser.close();
  console.log("by finger: ok");
}

// With borders (squares that are made up): the map that can be zoomed, and a position that is
// told and not asked about.
// Usage: node grenser.mjs BASE
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const { browser, page, problems } = await open({ permissions: ["geolocation"], geolocation: { latitude: 67.28, longitude: 14.4, accuracy: 30 } });
const button = page.locator("[data-grenser] button");
for (let i = 0; i < 30; i++) { // the index follows
  await page.goto(base + "/kart?type=lms&kommune=1804");
  if (await button.count()) break;
  await page.waitForTimeout(500);
}
const drawn = await page.locator(".o-kart__svg .o-kart__flate").count();
check(drawn === 357, `${drawn} areas are drawn`);
check((await page.locator(".leaflet-container").count()) === 0, "nothing is zoomed before the press");
check(!(await page.getByLabel(/Vis bakgrunnskart/).isVisible()), "a background is offered for the map that can be zoomed");
await button.click();
const map = page.locator(".leaflet-container");
await map.waitFor();
await page.waitForFunction((n) => document.querySelectorAll(".leaflet-container path").length === n, drawn);
check(await map.evaluate((e) => e === document.activeElement), "the map has focus");
const size = () => page.locator(".leaflet-container .o-kart__flate--min").evaluate((e) => e.getBoundingClientRect().width);
const before = await size();
await page.keyboard.press("-");
await page.waitForTimeout(600);
check((await size()) < before * 0.75, "the keys zoom");
const faults = await found(page);
check(faults.length === 0, faults.join("; "));
await page.locator(".leaflet-container .o-kart__flate--min").click();
await page.waitForURL(/\/kommune\/1804-bodo$/);

await page.goto(base + "/kart?type=lms");
await button.click();
await map.waitFor();
const tiles = page.locator(".leaflet-tile");
check((await tiles.count()) === 0, "there is no background before it is asked for");
await page.getByLabel(/Vis bakgrunnskart/).focus();
await page.keyboard.press("Space");
await page.locator(".leaflet-tile-loaded").first().waitFor();
check((await page.locator(".leaflet-control-attribution").textContent()).includes("© Prøvekartet"), "whose the map is stands in it");
check((await page.locator(".leaflet-container path").count()) === drawn, "the kommuner are on it");
check(await page.getByLabel(/Vis bakgrunnskart/).evaluate((e) => e === document.activeElement), "the box keeps focus");
const behind = await found(page);
check(behind.length === 0, behind.join("; "));
await page.getByLabel(/Vis bakgrunnskart/).uncheck();
await page.waitForFunction(() => !document.querySelector(".leaflet-tile"));
await page.getByRole("button", { name: "Vis hele kartet igjen" }).click();
check((await map.count()) === 0 && (await page.locator(".o-kart__svg").isVisible()), "the drawn map is back");

await page.goto(base + "/");
await page.getByRole("button", { name: "Bruk posisjonen min" }).click();
await page.getByText("Det ser ut til at du er i Bodø.").waitFor();
check(problems.length === 0, problems.join("; "));
await browser.close();
console.log("borders: ok");

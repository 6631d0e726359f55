// Finds the kommune where the reader is, with positions that are made up: on the device, and as
// a question where no borders are known.
// Usage: node posisjon.mjs BASE
import { base, check, open } from "./browser.mjs";

async function at(position, path = "/", leads = /\/kommune\/\d{4}-/) {
  const options = position ? { permissions: ["geolocation"], geolocation: position } : {};
  const { browser, page, problems } = await open(options);
  const sent = [];
  page.on("request", (r) => sent.push(`${r.method()} ${r.url()} ${r.postData() ?? ""}`));
  await page.goto(base + path);
  check(!sent.some((url) => url.includes("posisjon")), `nothing is fetched before the press: ${sent}`);
  const place = page.locator("[data-posisjon]");
  await place.getByRole("button").click();
  const status = place.getByRole("status");
  await page.waitForFunction(() => {
    const status = document.querySelector("[data-posisjon] [role=status]");
    return status.childElementCount > 0 && !status.textContent.endsWith("…");
  });
  const answer = { text: await status.innerText(), links: await status.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href"))) };
  for (const url of sent) check(!/67\.2|14\.4|59\.3|18\.0/.test(decodeURIComponent(url)), `the position is not sent: ${url}`);
  if (answer.links.length > 0) {
    await status.locator("a").first().click();
    await page.waitForURL(leads);
  }
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  return answer;
}

const bodo = { latitude: 67.283, longitude: 14.405, accuracy: 30 };
const near = await at(bodo);
check(near.links[0] === "/kommune/1804" && near.links.length > 1, `the nearest are asked about: ${JSON.stringify(near)}`);
check(near.text.includes("eller en annen kommune?"), `it is a question: ${near.text}`);
const english = await at(bodo, "/en/");
check(english.links[0] === "/en/kommune/1804" && english.text.includes("or another municipality?"), `in English: ${JSON.stringify(english)}`);
const marked = await at(bodo, "/kart?type=lms", /kommune=1804/);
check(marked.links[0] === "/kart?type=lms&kommune=1804", `on the map: ${JSON.stringify(marked)}`);
const abroad = await at({ latitude: 59.33, longitude: 18.07, accuracy: 30 });
check(abroad.links.length === 0 && abroad.text.includes("ikke i noen kommune"), `abroad: ${abroad.text}`);
const refused = await at(null);
check(refused.links.length === 0 && refused.text.includes("Skriv kommunen"), `refused: ${refused.text}`);

// Borders as the file has them: squares around Bodø and the sea, and all others far away.
const { browser, page } = await open({ permissions: ["geolocation"], geolocation: bodo });
await page.route("**/kart/kommuner/*", async (route) => {
  const file = await (await route.fetch()).json();
  file.transform = { scale: [1, 1], translate: [0, 0] };
  file.arcs = [[[14, 67], [1, 0], [0, 1], [-1, 0], [0, -1]], [[10, 60], [1, 0], [0, 1], [-1, -1]]];
  for (const g of file.objects.kommuner.geometries) g.arcs = [[[g.properties.kommunenummer === "1804" ? 0 : 1]]];
  await route.fulfill({ json: file });
});
await page.goto(base + "/");
await page.getByRole("button", { name: "Bruk posisjonen min" }).click();
await page.getByText("Det ser ut til at du er i Bodø.").waitFor();
check((await page.getByRole("link", { name: "Velg Bodø" }).getAttribute("href")) === "/kommune/1804", "the kommune is there to choose");
await browser.close();
console.log("where the reader is: ok");

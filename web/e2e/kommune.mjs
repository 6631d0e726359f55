// What an article shows of the reader's kommune, and what the device remembers of it.
// Usage: node kommune.mjs BASE
import { base, check, open } from "./browser.mjs";

const FIRST = "/mote-med-helsetjenesten/tips-og-rad";
const SECOND = "/mote-med-helsetjenesten/nar-barn-er-parorende";

{
  const { browser, page, problems } = await open();
  const remembered = () => page.evaluate(() => JSON.parse(localStorage.getItem("oversikt.kommune")));
  const at = (path, query) => check(page.url().replace(/#.*/, "") === base + path + query, `${path}: ${page.url()}, want ${query}`);

  // Nothing is remembered of who only reads, also with a kommune in the address.
  await page.goto(base + FIRST);
  at(FIRST, "");
  check((await page.locator(".o-live [href='#hvor']").count()) > 0, "a reference leads to the field");
  await page.goto(`${base}${FIRST}?kommune=0301`);
  check((await remembered()) === null, "an address alone is not remembered");
  check(await page.getByRole("button", { name: "Husk kommunen" }).isVisible(), "it can be");

  // What is chosen in the field is, also where a name is shared.
  await page.goto(base + FIRST);
  await page.locator("#sted").fill("Våler");
  await page.locator("#sted").press("Enter");
  await page.waitForURL("**sted=**");
  check((await remembered()) === null, "what may be several is not remembered");
  await page.locator("#hvor .ds-alert a").first().click();
  await page.waitForURL("**kommune=**");
  check((await remembered()).navn.startsWith("Våler"), "the choice is remembered");
  check((await page.getByRole("status").filter({ hasText: "huskes på denne enheten" }).count()) === 1, "it is said");

  // Another article opens with it, at once and without a step of its own in the history.
  const before = await page.evaluate(() => history.length);
  await page.goto(`${base}${SECOND}#kilder`);
  await page.waitForURL("**kommune=**");
  check(page.url().endsWith("#kilder"), "the place on the page is kept");
  check((await page.evaluate(() => history.length)) === before + 1, "one step in the history");
  check(await page.locator("main").isVisible(), "it is shown");
  await page.goBack();
  await page.waitForURL(`**${FIRST}?kommune=**`);

  // The other kommune beside one's own.
  await page.getByText("Bytt kommune").click();
  await page.locator("#sted").fill("Bodø");
  await page.getByText("Bor den syke i en annen kommune?").click();
  await page.locator("#deres_sted").fill("0155");
  await page.getByRole("button", { name: "Vis for begge" }).click();
  await page.waitForURL("**deres=0301**");
  at(FIRST, "?deres=0301&kommune=1804");
  check((await page.locator(".o-live").first().textContent()).includes("Der du bor: Bodø"), "both sides are named");
  const both = await remembered();
  check(both.nummer === "1804" && both.deres.nummer === "0301", "both are remembered");

  // One press forgets.
  await page.getByRole("button", { name: "Glem kommunen" }).click();
  check((await remembered()) === null, "it is forgotten");
  check(await page.evaluate(() => document.activeElement.matches("[data-husk]")), "the keyboard is not lost");
  await page.goto(base + SECOND);
  at(SECOND, "");

  // From the kommune's own page, by a press alone.
  await page.goto(`${base}/kommune/1804-bodo`);
  check((await remembered()) === null, "a visit is not remembered");
  await page.getByRole("button", { name: "Husk kommunen" }).click();
  await page.goto(`${base}/nn${SECOND}`);
  await page.waitForURL("**kommune=1804");

  // Who has two kommuner is led between the pages of both, from what the device remembers alone.
  await page.evaluate(() => localStorage.setItem("oversikt.kommune", JSON.stringify({ nummer: "1804", navn: "Bodø", deres: { nummer: "0301", navn: "Oslo" } })));
  const asked = [];
  page.on("request", (r) => r.url().includes("/kommune/") && asked.push(r.url()));
  await page.goto(`${base}/kommune/1804-bodo`);
  const homes = page.getByRole("navigation", { name: "To kommuner" });
  check((await homes.getByRole("link").allTextContents()).join() === "Der du bor: Bodø,Der den syke bor: Oslo", "both are named");
  check((await homes.locator("[aria-current=page]").textContent()) === "Der du bor: Bodø", "the page's own is marked");
  check(asked.every((url) => url.endsWith("/kommune/1804-bodo")), `nothing is asked for beforehand: ${asked}`);
  await homes.getByRole("link", { name: "Der den syke bor: Oslo" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/kommune/0301-oslo?kommune=1804");
  check((await homes.locator("[aria-current=page]").textContent()) === "Der den syke bor: Oslo", "the other one's page is theirs");
  check((await page.title()).startsWith("Hjelp for pårørende i Oslo") && !(await page.title()).includes("Bodø"), "the title names the page's kommune alone");

  // A search for one of them leads to the same search for the other.
  await page.goto(`${base}/sok?q=samtale&sted=Oslo&side=1`);
  check((await homes.getByRole("link").allTextContents()).join() === "Der du bor: Bodø,Der den syke bor: Oslo", "both are named");
  check((await homes.locator("[aria-current=page]").textContent()) === "Der den syke bor: Oslo", "the search's own is marked");
  await homes.getByRole("link", { name: "Der du bor: Bodø" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sok?q=samtale&kommune=1804&deres=0301");
  check(/^Der du bor: Bodø \(\d+\)$/.test(await homes.locator("[aria-current=page]").textContent()), "and says how much there is");
  await homes.getByRole("link", { name: "Der den syke bor: Oslo" }).click();
  await page.waitForURL("**hos=deres**");
  check((await page.locator("#sted").inputValue()) === "Bodø", "the field has where the reader lives");
  await page.goto(`${base}/sok?kommune=4601`);
  check(!(await homes.isVisible()), "of a third kommune nothing is said");

  await page.goto(`${base}/kommune/0301-oslo?kommune=1804`);
  await page.getByRole("button", { name: "Glem kommunen" }).click();
  await page.goto(`${base}/kommune/1804-bodo`);
  check(!(await homes.isVisible()), "forgotten, nothing is said of two");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("with script: ok");
}

{
  const { browser, page, problems } = await open({ javaScriptEnabled: false });
  await page.goto(base + FIRST);
  check(!(await page.getByText("huskes på denne enheten").isVisible()), "nothing is said of remembering");
  await page.locator("#sted").fill("Bodø");
  await page.locator("#sted").press("Enter");
  await page.waitForURL(`**${FIRST}?kommune=1804**`);
  check((await page.locator(".o-live .o-line").count()) > 0, "offerings are shown");
  check(!(await page.locator(".o-husk").isVisible()), "no button that does nothing");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("without script: ok");
}

// The reference of the API: examples as tabs that follow one another, copying, and trying a
// call in place; the same without script.
// Usage: node referanse.mjs BASE
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const path = "/api/v1/docs";

{
  const { browser, context, page, problems } = await open();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await page.goto(base + path);
  const call = page.locator("section[aria-labelledby=tilbud]");
  const other = page.locator("section[aria-labelledby=typer]");
  const selected = (section) => section.locator("[role=tab][aria-selected=true]").textContent();

  // By keyboard: one stop for the tabs, arrows between them, and every example follows.
  await call.getByRole("tab", { name: "curl" }).focus();
  await page.keyboard.press("ArrowRight");
  check(await selected(call) === "JavaScript" && await selected(other) === "JavaScript", "all examples follow the arrow");
  await page.keyboard.press("End");
  check(await selected(other) === "Go", "End is the last language");
  await page.keyboard.press("ArrowRight");
  check(await selected(call) === "curl", "after the last comes the first");
  check(await page.evaluate(() => document.activeElement.textContent) === "curl", "focus follows");
  check(await call.locator("[role=tabpanel]:visible").count() === 1, "one language is shown");
  check(await call.locator("[role=tab][tabindex='0']").count() === 1, "the tabs are one stop");

  const code = await call.locator("[data-sprak=curl] code").textContent();
  await call.getByRole("button", { name: "Kopier" }).click();
  await call.getByText("Kopiert.").waitFor();
  check(await page.evaluate(() => navigator.clipboard.readText()) === code, "the code is on the clipboard");

  await call.getByText("Prøv kallet").click();
  await call.getByLabel("q", { exact: true }).fill("familievern");
  await call.getByLabel("kommune (flere med komma)").fill("1804, Oslo");
  await call.getByLabel("sorter", { exact: true }).selectOption("navn");
  await call.getByRole("button", { name: "Send" }).click();
  const status = call.locator("[data-svar] [role=status]");
  await status.getByText(/^200 OK, \d+ kB/).waitFor();
  const answer = JSON.parse(await call.locator("[data-svar] pre code").textContent());
  check(answer.antall > 0 && answer.treff.length > 0, "the answer stands in the page");
  const facts = await call.locator("[data-svar] dl").textContent();
  check(facts.includes("kommune=1804&kommune=Oslo") && facts.includes("ETag"), `the call and its headers: ${facts}`);

  await call.getByLabel("radius_km").fill("-1");
  await call.getByRole("button", { name: "Send" }).click();
  await status.getByText(/^422 Feil i parametere/).waitFor();
  check((await call.locator("[data-svar] pre code").textContent()).includes("query.radius_km"), "what is wrong is shown");

  const one = page.locator("section[aria-labelledby=kommune]");
  await one.getByText("Prøv kallet").click();
  await one.getByLabel("nummer (må gis)").fill("0301");
  await page.keyboard.press("Enter");
  await one.locator("[data-svar] [role=status]").getByText(/^200/).waitFor();
  check((await one.locator("[data-svar] pre code").textContent()).includes('"Oslo"'), "the path is filled in");

  // With everything open.
  await page.evaluate(() => document.querySelectorAll("main details").forEach((d) => { d.open = true; }));
  const findings = await found(page);
  check(findings.length === 0, findings.join("\n"));
  const refused = problems.filter((p) => !p.includes("status of 422")); // which Chromium logs
  check(refused.length === 0, refused.join("; "));
  await browser.close();
}

{
  const { browser, page } = await open({ javaScriptEnabled: false });
  await page.goto(base + path);
  const one = page.locator("section[aria-labelledby=kommune]");
  check(await one.locator("[data-sprak]:visible").count() === 4, "without script every language is shown");
  await one.getByText("Prøv kallet").click();
  await one.getByLabel("nummer (må gis)").fill("1804");
  await one.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(base + "/api/v1/kommuner/1804");
  check((await page.content()).includes("Bodø"), "the form leads to the call");
  await browser.close();
}

console.log("referanse: ok");

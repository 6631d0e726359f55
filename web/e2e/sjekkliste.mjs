// Fills in a checklist, keeps it, deletes it and prints it; nothing of it leaves the page.
// Usage: node sjekkliste.mjs BASE
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const KEY = "oversikt.sjekklister";
const path = "/sjekklister/parorende-pa-poliklinikken";
const secret = "Hemmelig kjennetegn 4711";
const stored = (page) => page.evaluate((key) => localStorage.getItem(key), KEY);
const field = (page) => page.getByLabel("De tre viktigste tingene jeg vil si eller spørre om");
const box = (page) => page.getByLabel("Vi er enige om hva jeg kan fortelle og spørre om.");
const keep = (page) => page.getByLabel("Behold på denne enheten");
const said = (page) => page.locator("[data-sjekkliste] [role=status]").textContent();

{
  const { browser, context, page, problems } = await open();
  const sent = [];
  page.on("request", (r) => sent.push(`${r.method()} ${r.url()} ${r.postData() ?? ""}`));
  await page.goto(base + path);
  for (const f of await found(page)) throw new Error(`axe: ${f}`);

  // By keyboard, and not kept by default.
  await box(page).focus();
  await page.keyboard.press("Space");
  await field(page).focus();
  await page.keyboard.type(secret + "\nen linje til\nog en\nog en\nog en\nog en");
  await page.keyboard.press("Enter");
  check(await box(page).isChecked() && (await field(page).inputValue()).startsWith(secret), "it is filled in");
  check(await field(page).evaluate((e) => e.scrollHeight <= e.clientHeight + 1), "the field is as high as what is written");
  check(page.url() === base + path && await stored(page) === null, "nothing is in the address or kept");

  // On paper there is what was filled in, and only boxes and lines otherwise.
  await page.emulateMedia({ media: "print" });
  check(await page.locator("main button:visible, #behold:visible, main textarea:visible").count() === 0, "no buttons and no frames on paper");
  check((await page.locator("label:has(#p2)").boundingBox()).height < 30, "items stand close on paper");
  check(await field(page).evaluate((e) => getComputedStyle(e.parentElement, "::after").content.includes("Hemmelig")), "what was written is on paper");
  check(await page.locator("p.o-print").textContent().then((text) => text.includes(base + path)), "the address is on paper");
  await page.emulateMedia({ media: "screen" });
  const pdf = await page.pdf({ preferCSSPageSize: true, format: "A4" });
  check(pdf.subarray(0, 5).toString() === "%PDF-" && pdf.length > 10_000, "it can be printed");

  // One part alone.
  await page.evaluate(() => { window.print = () => { window.printed = [...document.querySelectorAll("[data-del]")].filter((e) => e.checkVisibility()).map((e) => e.dataset.del); }; });
  await page.locator("[data-skriv-del=parorende] button").click();
  check(await page.evaluate(() => window.printed.join()) === "parorende", "one part is printed alone");
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  check(await page.locator("[data-del=helsepersonell]").isVisible(), "and then both are there again");

  // Gone with the page, also by the back button and by loading again.
  await page.goto(base + "/sjekklister");
  await page.goBack();
  check(!(await box(page).isChecked()) && await field(page).inputValue() === "", "it is gone after leaving the page");
  await field(page).fill(secret);
  await box(page).check();
  await page.reload();
  check(!(await box(page).isChecked()) && await field(page).inputValue() === "", "it is gone after loading the page again");

  // Kept where the reader says so, in every language, and deleted again.
  await field(page).fill(secret);
  await keep(page).check();
  check((await said(page)).includes("på denne enheten"), "keeping says so");
  await box(page).check();
  await page.goto(base + "/nn" + path);
  check(await page.locator("#p2").isChecked() && await page.locator("#p5").inputValue() === secret, "what is kept is there in another language");
  await page.goto(base + "/sjekklister/barn-som-parorende");
  check(await page.locator("[data-fyll]:checked").count() === 0 && !(await keep(page).isChecked()), "another list is empty");
  await page.goto(base + "/personvern");
  check((await page.locator(`[data-ting="${KEY}"] pre`).textContent()).includes(secret), "the page about privacy shows what is kept");
  await page.goto(base + path);
  check(await field(page).inputValue() === secret && await keep(page).isChecked(), "it is kept");
  await page.getByRole("button", { name: "Slett det jeg har skrevet" }).click();
  check(await stored(page) === null && await field(page).inputValue() === "" && !(await box(page).isChecked()), "all is deleted");
  check((await said(page)).includes("slettet") && !(await keep(page).isChecked()), "deleting says so");
  await field(page).fill(secret);
  check(await stored(page) === null, "what is written afterwards is not kept");
  await keep(page).check();
  await keep(page).uncheck();
  check(await stored(page) === null && await field(page).inputValue() === secret, "choosing again forgets what lay there");

  // Two tabs with the same list: one that keeps nothing does not write over what the other keeps.
  await page.locator("[data-slett]").click();
  const other = await context.newPage();
  await other.goto(base + path);
  await field(page).fill(secret);
  await keep(page).check();
  await box(other).check();
  check((await stored(page)).includes(secret), "another tab leaves what is kept");
  await keep(page).uncheck();
  await other.close();

  check(!sent.some((r) => r.includes("Hemmelig") || r.includes("4711") || !r.startsWith("GET ")), `sent: ${sent.filter((r) => !r.startsWith("GET ")).join("; ")}`);
  check((await context.cookies()).length === 0, "no cookie is set on the way");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("a checklist: ok");
}

// What was kept in another way breaks nothing.
{
  const { browser, page, problems } = await open();
  await page.goto(base + "/om");
  for (const value of ["{", "null", "[]", '{"parorende-pa-poliklinikken":7}', '{"parorende-pa-poliklinikken":{"kryss":[1],"felt":{"p5":"<img src=x>"}}}']) {
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [KEY, value]);
    await page.goto(base + path);
    check(await page.locator("main article img").count() === 0 && await keep(page).isVisible(), `${value} is only text`);
  }
  check(problems.length === 0, problems.join("; "));
  await browser.close();
}

// Without script all can be ticked, written and printed, and nothing is offered that needs it.
{
  const { browser, page } = await open({ javaScriptEnabled: false });
  await page.goto(base + path);
  await box(page).check();
  await field(page).fill(secret);
  await field(page).press("Enter");
  check(page.url() === base + path && await box(page).isChecked(), "the page stays, filled in");
  check(await page.locator("main article button:visible, #behold:visible").count() === 0, "there are no buttons that do nothing");
  await page.emulateMedia({ media: "print" });
  check(await field(page).isVisible(), "what was written is on paper");
  await browser.close();
  console.log("without script: ok");
}

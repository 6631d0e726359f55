// A nurse makes a sheet and a family opens it: by keyboard, with and without script, on paper.
// Usage: node henvis.mjs BASE
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const secret = "Hemmelig kjennetegn 4711";
const ticked = (page) => page.locator("input[name=valgt]:checked");
const pages = (pdf) => (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;
const paper = async (page) => pages(await page.pdf({ preferCSSPageSize: true }));
let sheet; // path of one with eight offerings

// tabTo presses the key until the element has the focus.
async function tabTo(page, locator, key = "Tab") {
  for (let i = 0; i < 120; i++) {
    if (await locator.evaluate((e) => e === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${locator} is not reached by ${key}`);
}

{
  const { browser, context, page, problems } = await open();
  const sent = [];
  page.on("request", (r) => sent.push(`${r.method()} ${r.url()} ${r.postData() ?? ""}`));
  await page.goto(base + "/henvis");

  // The place is completed, also for who types on while an answer is on its way, and choosing one
  // does not send the form.
  let late;
  await page.route(/\/forslag\?/, (route) => { if (late) return route.continue(); late = route; });
  await tabTo(page, page.getByLabel("Hvor bor pasienten?"));
  const asked = page.waitForRequest(/\/forslag\?/);
  await page.keyboard.type("Os");
  await asked;
  await page.keyboard.press("l");
  await page.getByRole("option", { name: /^Oslo/ }).first().waitFor();
  await page.keyboard.press("Escape");
  check(await page.getByRole("option").count() === 0, "Esc closes the list");
  await page.keyboard.press("ArrowDown");
  await page.getByRole("option", { name: /^Oslo/ }).first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  check(await page.getByLabel("Hvor bor pasienten?").inputValue() === "Oslo" && !page.url().includes("?"), "choosing a place fills the field alone");
  for (const label of ["En voksen", "De trenger hjelp nå eller i dag"]) {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.press("Space");
  }
  await tabTo(page, page.getByRole("button", { name: "Vis forslag" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(/kommune=0301/);
  check(page.url().endsWith("#forslag") && !page.url().includes("sted="), "the address has the kommune's number");
  check(await page.locator(".o-krise").isVisible(), "emergency numbers come first when it is urgent");
  for (const f of await found(page)) throw new Error(`axe: ${f}`);

  // What is ticked is counted; a ninth is refused and stays ticked.
  const before = await ticked(page).count();
  check(before >= 2 && before <= 8, `${before} are ticked from the start`);
  const boxes = page.locator("input[name=valgt]");
  for (let i = 0; await ticked(page).count() < 9; i++) await boxes.nth(i).check();
  check((await page.locator("[data-antall]").textContent()) === "9 av 8 valgt", "what is ticked is counted");
  await page.getByRole("button", { name: "Lag ark" }).click();
  check(await page.getByRole("alert").textContent().then((t) => t.includes("9 tilbud")) && await ticked(page).count() === 9, "the ninth is refused, and all nine are still ticked");
  await ticked(page).last().uncheck();
  await tabTo(page, page.getByRole("button", { name: "Lag ark" }));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/henvisning\//);
  sheet = new URL(page.url()).pathname;
  check(await page.locator(".o-ark__tilbud").count() === 8, "eight are on the sheet");
  for (const f of await found(page)) throw new Error(`axe: ${f}`);

  // The note is on paper and goes nowhere. The other size keeps it.
  const lines = page.locator("[data-notat-tekst]");
  await page.getByLabel("Eget notat på utskriften").fill(secret);
  await page.getByRole("link", { name: "Stor skrift" }).click();
  check(page.url().endsWith("?stor=1") && await page.locator(".o-ark--stor").count() === 1, "the type is large, and the address says so");
  await page.emulateMedia({ media: "print" });
  check(await lines.isVisible() && (await lines.textContent()) === secret, "the note is on paper");
  check(await page.locator("main textarea:visible, main button:visible, header.o-header:visible, footer.o-footer:visible").count() === 0, "nothing but the sheet is on paper");
  check(await paper(page) <= 2, "in large type it is two pages at most");
  await page.emulateMedia({ media: null });
  await page.getByRole("link", { name: "Vanlig skrift" }).click();
  check(await paper(page) === 1, "it is one page");
  await page.goto(base + "/om");
  await page.goBack();
  check(await page.getByLabel("Eget notat på utskriften").inputValue() === "" && !(await lines.textContent()), "the note is gone with the page");
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  check(!kept.includes("4711"), "the note is not kept");

  // The text for the record, and the sheet again from its code.
  await page.getByText("Tekst til journalen").click();
  check((await page.locator("#journal").inputValue()).includes(sheet), "the text for the record has the address");
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Kopier teksten" }).click();
  await page.getByText("Teksten er kopiert.").waitFor();
  check((await page.evaluate(() => navigator.clipboard.readText())).includes(sheet), "it is copied");
  const code = sheet.split("/").pop();
  await page.goto(base + "/en/henvis");
  await page.getByLabel("The code is on the sheet").fill(code.slice(0, -1));
  await page.keyboard.press("Enter");
  await page.waitForURL(/kode=/);
  check(await page.getByLabel("The code is on the sheet").inputValue() === code.slice(0, -1) && await page.getByRole("alert").count() === 1, "a wrong code is kept, with what is wrong");
  await page.getByLabel("The code is on the sheet").fill(code.toLowerCase().replaceAll("-", " "));
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/en\/henvisning\//);
  check(new URL(page.url()).pathname === "/en" + sheet && await page.locator(".o-ark__tilbud").count() === 8, "a code that was read aloud opens the sheet");

  check(!sent.some((r) => r.includes("Hemmelig") || !r.startsWith("GET ")), "something was sent");
  check((await context.cookies()).length === 0, "a cookie was set");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("a sheet: ok");
}

// Without script.
{
  const { browser, page } = await open({ javaScriptEnabled: false });
  await page.goto(base + "/henvis");
  await page.getByLabel("Hvor bor pasienten?").fill("8006");
  await page.getByText("Bor den pårørende i en annen kommune?").click();
  await page.getByLabel("Hvor bor den pårørende?").fill("Tromsø");
  await page.getByLabel("Demens").check();
  await page.keyboard.press("Enter");
  await page.waitForURL(/parorende=5501/);
  check(await page.getByRole("heading", { name: "Der den pårørende bor: Tromsø" }).isVisible(), "both kommuner are there");
  await page.getByRole("button", { name: "Lag ark" }).click();
  await page.waitForURL(/\/henvisning\//);
  check(await page.locator("main button:visible, [data-notat-felt]:visible").count() === 0, "nothing is offered that needs script");
  await page.getByRole("link", { name: "Stor skrift" }).click();
  check(page.url().endsWith("?stor=1") && await page.locator(".o-ark--stor").count() === 1, "the type is large");
  await page.emulateMedia({ media: "print" });
  const lines = await page.locator(".o-ark__linjer").boundingBox();
  check(lines.height > 50 && await page.locator("main textarea:visible").count() === 0, "there are lines to write on by hand");
  await browser.close();
  console.log("without script: ok");
}

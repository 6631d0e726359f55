// Keeps a kommune's offerings right, as those who work there do: from an address that
// nobody has used before to a corrected number that readers see; by keyboard alone; and
// with a colleague who writes in the same field. Nothing is prepared.
// Usage: node redaksjon.mjs BASE MAILFOLDER
import { base, check, open } from "./browser.mjs";
import { found, look } from "./look.mjs";
import { mailTo } from "./mail.mjs";

const mails = process.argv[3];
const most = 10; // clicks and fields from no account to a corrected number; the product promises it
const patience = 20_000; // ms

async function read(path) {
  const answer = await fetch(base + path);
  check(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

// What the API says of the offering, as soon as it says it.
async function says(id, what, right) {
  for (const until = Date.now() + patience; ;) {
    const o = await read(`/api/v1/tilbud/${id}`);
    if (right(o)) return o;
    check(Date.now() < until, `the API does not say ${what} of offering ${id}: ${JSON.stringify(o)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const hasNumber = (number) => (o) => o.telefon.some((t) => t.nummer === number);

async function codeIn(address) {
  const text = await mailTo(mails, address);
  const code = /^\d{6}$/m.exec(text)?.[0];
  check(code, `no code in the mail:\n${text}`);
  return code;
}

const numberField = (page) => page.getByRole("textbox", { name: "Nummer", exact: true }).first();

// The offering that the test is about, as the public API has it.
async function offeringOf(kommune, name) {
  const found = (await read(`/api/v1/tilbud?kommune=${kommune}&q=${encodeURIComponent(name)}`)).treff.find((o) => o.navn === name);
  check(found, `${name} is found in ${kommune}`);
  return found;
}

const heimdal = await offeringOf("5001", "PPT Trondheim – Heimdal bydel");
const form = `/redaksjon/tilbud/${heimdal.id}`;

// Somebody in Trondheim corrects a number.
const first = await open();
{
  const { page } = first;
  let steps = 0;
  const step = (action) => {
    steps++;
    return action;
  };
  const address = "marte.testesen@trondheim.kommune.no";
  await page.goto(base + "/logg-inn");
  await step(page.getByLabel("E-postadressen din på jobben").fill(address));
  await step(page.getByRole("button", { name: "Send meg en kode" }).click());
  await page.waitForURL("**/logg-inn/kode?*");
  await step(page.getByLabel("Koden").fill(await codeIn(address)));
  await step(page.getByRole("button", { name: "Logg inn" }).click());
  await page.waitForURL("**/redaksjon");
  check((await page.locator("h1").textContent()) === "Trondheim", "the kommune of the address is the one signed in to");
  await step(page.getByRole("link", { name: heimdal.navn, exact: true }).click());
  await page.waitForURL("**" + form);
  await step(numberField(page).fill("70 00 00 01"));
  await step(page.getByRole("button", { name: "Lagre og publiser" }).click());
  await page.getByRole("status").filter({ hasText: "er lagret" }).waitFor();
  await says(heimdal.id, "the corrected number", hasNumber("+4770000001"));
  await step(page.getByRole("link", { name: "Se siden" }).click());
  await page.waitForURL("**/tilbud/*");
  check((await page.locator('main a[href="tel:+4770000001"]').first().textContent()).includes("70 00 00 01"), "readers see the corrected number");
  check(!(await page.locator("main").textContent()).includes(heimdal.telefon[0].vises), "readers do not see the old number");
  check(steps <= most, `${steps} steps from no account to a corrected number, at most ${most}`);
  console.log(`a corrected number: ok, in ${steps} steps`);
}

// Somebody in Tromsø adds a number, without a mouse.
{
  const tromso = await offeringOf("5501", "Pårørendestøtte i Tromsø");
  const { browser, page, problems } = await open({ viewport: { width: 1280, height: 900 } });
  // Tabs on to what is named so, as it is told to those who cannot see it.
  const tabTo = async (role, name) => {
    const wanted = await page.getByRole(role, { name, exact: true }).first().elementHandle();
    for (let i = 0; i < 200; i++) { // more than any page has; in a loop there is no end
      await page.keyboard.press("Tab");
      const at = await page.evaluate((wanted) => {
        const at = document.activeElement;
        // The button within a field for dates is Chromium's own, and has a ring of its own.
        return { there: at === wanted, end: at === document.body, seen: getComputedStyle(at).outlineStyle !== "none" || at.type === "date", what: at.outerHTML.slice(0, 200) };
      }, wanted);
      if (at.end) break;
      check(at.seen, `nothing shows that the focus is here: ${at.what}`);
      if (at.there) return;
    }
    throw new Error(`no way by Tab to the ${role} ${name}`);
  };
  const address = "jon.testesen@tromso.kommune.no";
  await page.goto(base + "/logg-inn");
  await tabTo("textbox", "E-postadressen din på jobben");
  await page.keyboard.type(address);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/logg-inn/kode?*");
  await page.keyboard.type(await codeIn(address)); // the field has the focus
  await page.keyboard.press("Enter");
  await page.waitForURL("**/redaksjon");
  await tabTo("link", tromso.navn);
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/redaksjon/tilbud/${tromso.id}`);
  await tabTo("textbox", "Nummer");
  await page.keyboard.type("70 00 00 02");
  await tabTo("button", "Lagre og publiser");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "er lagret" }).waitFor();
  await says(tromso.id, "the number typed without a mouse", hasNumber("+4770000002"));
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("by keyboard: ok");
}

// A colleague asks to be let in, and both change the same offering at once.
const second = await open({ viewport: { width: 1280, height: 900 } });
{
  const address = "ola.testesen@trondheim.kommune.no";
  const theirs = first.page;
  const mine = second.page;
  await mine.goto(base + "/logg-inn");
  await mine.getByLabel("E-postadressen din på jobben").fill(address);
  await mine.getByRole("button", { name: "Send meg en kode" }).click();
  await mine.getByLabel("Koden").fill(await codeIn(address));
  await mine.getByRole("button", { name: "Logg inn" }).click();
  await mine.waitForURL("**/redaksjon");
  check((await mine.goto(base + form)).status() === 404, "who was not let in is not told that there is a form");
  // The worker comes with that page and sees all later ones; what is said once must not be lost on it.
  await mine.waitForFunction(() => navigator.serviceWorker.controller);
  await theirs.goto(base + "/redaksjon/personer");
  await theirs.getByRole("button", { name: `Slipp inn ${address}`, exact: true }).click();
  await theirs.getByRole("status").waitFor();

  await mine.goto(base + form);
  await theirs.goto(base + form);
  await theirs.getByLabel("Kort om tilbudet").fill("Kort tekst fra Marte.");
  await numberField(theirs).fill("70 00 00 03");
  await theirs.getByRole("button", { name: "Lagre og publiser" }).click();
  await theirs.getByRole("status").filter({ hasText: "er lagret" }).waitFor();

  await mine.getByLabel("Hvem passer det for?").fill("For alle, skrev Ola.");
  await numberField(mine).fill("70 00 00 04");
  const answer = mine.waitForResponse((r) => r.request().method() === "POST" && r.url() === base + form);
  await mine.getByRole("button", { name: "Lagre og publiser" }).click();
  check((await answer).status() === 409, `a form from before the last change: ${(await answer).status()}, want 409`);
  const conflict = mine.getByRole("group", { name: "To har skrevet samtidig" });
  const choices = await conflict.getByRole("radio").evaluateAll((all) => all.map((r) => r.closest("label").textContent.replace(/\s+/g, " ").trim()));
  check(JSON.stringify(choices) === JSON.stringify(["Det som står der nå: 70 00 00 03", "Det du skrev: 70 00 00 04"]), `both numbers to choose from, and nothing else: ${choices}`);
  for (const width of [390, 1280]) {
    await mine.setViewportSize({ width, height: 900 });
    const findings = await found(mine);
    check(findings.length === 0, `the page that shows both, at ${width} px: ${findings.join("; ")}`);
  }
  check((await mine.getByLabel("Kort om tilbudet").inputValue()) === "Kort tekst fra Marte.", "what the colleague alone changed is in the form");
  check((await mine.getByLabel("Hvem passer det for?").inputValue()) === "For alle, skrev Ola.", "what I alone changed is in the form");
  await says(heimdal.id, "the number that was saved first", hasNumber("+4770000003"));
  await mine.getByRole("button", { name: "Lagre og publiser" }).click();
  await mine.getByRole("status").filter({ hasText: "er lagret" }).waitFor();
  const o = await says(heimdal.id, "the number that was chosen", hasNumber("+4770000004"));
  check(o.telefon.length === heimdal.telefon.length, `the chosen number stands alone: ${JSON.stringify(o.telefon)}`);
  check(o.ingress === "Kort tekst fra Marte." && o.for_hvem === "For alle, skrev Ola.", `both texts stand: ${o.ingress} ${o.for_hvem}`);
  await mine.getByRole("link", { name: "Historikk" }).click();
  await mine.waitForURL("**/redaksjon/historikk?*");
  check((await mine.locator(".r-history > li").first().locator("del").allTextContents()).some((t) => t.includes("70 00 00 03")), "the history keeps the number that was not chosen");
  console.log("two at once: ok");
}

// What is wrong with a form is said to everybody, and what was typed stays.
{
  const { page } = first;
  await page.goto(base + form);
  await page.getByRole("button", { name: "Legg til et sted" }).click();
  await page.getByText("Andre tider enkelte dager").click();
  const typed = { "#tid_mandag": "15–9", "#unntak_fra_1": "2027-12-26", "#unntak_til_1": "2027-12-24", "#postnummer_2": "80", "#gate_2": "Testveien 2", "#epost": "ikke en adresse" };
  for (const [field, text] of Object.entries(typed)) await page.fill(field, text);
  await numberField(page).fill("tolv");
  const answer = page.waitForResponse((r) => r.request().method() === "POST" && r.url() === base + form);
  await page.getByRole("button", { name: "Lagre og publiser" }).click();
  check((await answer).status() === 422, `a form with mistakes: ${(await answer).status()}, want 422`);
  await page.getByRole("heading", { name: "Noe må rettes før vi kan lagre" }).waitFor();
  await page.waitForFunction(() => document.activeElement.getAttribute("role") === "alert"); // the script puts it there
  for (const [field, text] of Object.entries(typed)) check((await page.inputValue(field)) === text, `${field} keeps what was typed`);
  for (const link of await page.locator("main [role=alert] a").evaluateAll((all) => all.map((a) => a.hash))) {
    check(await page.locator(link).count() === 1, `${link} of the list of mistakes is on the page`);
  }
  for (const width of [390, 1280]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const findings = await found(page);
      check(findings.length === 0, `the form with mistakes, at ${width} px, ${colorScheme}: ${findings.join("; ")}`);
    }
  }
  console.log("a form with mistakes: ok");
}

check(await look(["/redaksjon", form, `/redaksjon/historikk?ref=${heimdal.id}&slag=offering`, "/redaksjon/konto"],
  { storageState: await first.context.storageState() }), "nothing to find on the pages of who is signed in");

for (const { browser, problems } of [first, second]) {
  // Chromium logs every answer that says no.
  const others = problems.filter((p) => !/status of (404|409|422)/.test(p));
  check(others.length === 0, others.join("; "));
  await browser.close();
}

// Looks whether what the page about privacy says is so: what lies on the reader's device, that
// it can be seen and deleted, and that readers get no cookie and are shown to nobody else.
// Usage: node personvern.mjs BASE
import { base, check, open } from "./browser.mjs";

const { browser, context, page, problems } = await open();
const kept = (page) => page.evaluate(async () => ({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  caches: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).map((r) => r.scope),
  databases: (await indexedDB.databases()).map((d) => d.name),
}));

// A reader's evening: pages of every kind, a search, a list, a report that is begun.
for (const path of ["/", "/hvor?q=Skedsmo", "/kommune/5610-karasjok", "/sok?q=demens", "/kommuner", "/fylke/18-nordland", "/mote-med-helsetjenesten",
  "/om", "/om/data", "/om/tall", "/meld-feil", "/meld-feil/svar", "/nodkort", "/min-liste", "/sjekklister/barn-som-parorende", "/forlat-siden", "/nn/", "/en/sok?q=dementia", "/finnes-ikke", "/kommune/1804-bodo"]) {
  await page.goto(base + path);
}
await page.locator("[data-lagre]").first().click();
await page.waitForFunction(async () => {
  for (const name of await caches.keys()) if (await (await caches.open(name)).match("/kommune/1804-bodo")) return true;
});
check((await context.cookies()).length === 0, `no cookies: ${JSON.stringify(await context.cookies())}`);
check(problems.filter((p) => !p.includes("status of 404")).length === 0, problems.join("; "));

await page.goto(base + "/personvern");
const things = page.locator("[data-ting]");
const names = await things.evaluateAll((all) => all.map((e) => e.dataset.ting));
const { local, session, caches: copies, workers, databases } = await kept(page);
for (const key of [...local, ...session]) check(names.includes(key), `${key} is named`);
check(local.length === 1 && copies.length === 1 && copies[0].startsWith("oversikt-") && workers.length === 1 && databases.length === 0,
  `what is kept: ${JSON.stringify({ local, session, copies, workers, databases })}`);
const content = (name) => page.locator(`[data-ting="${name}"] pre`).textContent();
await page.locator('[data-ting="oversikt.liste"] pre').waitFor();
check((await content("oversikt.liste")).includes('"sti": "/tilbud/'), "the list is shown as it is");
await page.waitForFunction(() => document.querySelector('[data-ting="oversikt-…"] pre').textContent.includes("/sw.js"));
check((await content("oversikt-…")).split("\n").includes("/kommune/1804-bodo"), "the copies are named");
await page.locator('[data-ting="oversikt.liste"]').getByRole("button").click();
await page.getByText("Slettet fra denne enheten.").waitFor();
check((await kept(page)).local.length === 0 && (await kept(page)).caches.length === 1, "one thing is deleted by itself");
await page.getByRole("button", { name: "Slett det som er lagret på enheten" }).click();
await page.waitForFunction(async () => (await caches.keys()).length === 0 && (await navigator.serviceWorker.getRegistrations()).length === 0);
await page.goto(base + "/kommune/1804-bodo");
await page.waitForTimeout(1000);
const after = await kept(page);
check(after.local.length + after.caches.length + after.workers.length === 0, `nothing comes back in this tab: ${JSON.stringify(after)}`);
check(after.session.every((key) => names.includes(key)), `${after.session} is named`);
const other = await context.newPage();
await other.goto(base + "/om");
await other.waitForFunction(async () => (await caches.keys()).length === 1);
check(problems.filter((p) => !p.includes("status of 404")).length === 0, problems.join("; "));
await browser.close();
console.log("what lies on the device: ok");

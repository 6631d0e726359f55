// Keeps a list of one's own, and reads on without a network.
// Usage: node liste.mjs BASE
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";

const KEY = "oversikt.liste";
const kommune = "/kommune/1804-bodo";
const stored = (page) => page.evaluate((key) => JSON.parse(localStorage.getItem(key)), KEY);
// The paths of all pages of which the browser has a copy.
const copies = (page) => page.evaluate(async () => {
  const paths = [];
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) paths.push(new URL(request.url).pathname + new URL(request.url).search);
  }
  return paths.filter((path) => !path.startsWith("/assets/")).sort();
});
async function until(what, ask, right) {
  for (const end = Date.now() + 20_000; ;) {
    const got = await ask();
    if (right(got)) return got;
    check(Date.now() < end, `${what}: ${JSON.stringify(got)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const own = ["/en/min-liste", "/en/nodkort", "/min-liste", "/nn/min-liste", "/nn/nodkort", "/nodkort"];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// A list: empty, filled, emptied, undone.
{
  const { browser, context, page, problems } = await open();
  await page.goto(base + "/min-liste");
  check(await page.getByText("Listen er tom.").isVisible(), "the empty list says so");
  check(await page.locator("[data-full]:visible").count() === 0, "there is nothing to print or delete");
  await page.goto(base + kommune);
  check(!(await page.locator(".o-nav [data-har-liste]").isVisible()), "the menu has no list before there is one");
  const button = page.locator("#familievernkontor [data-lagre]").first();
  const line = page.locator("#familievernkontor .o-line").first();
  const { lagre: id, type } = await button.evaluate((b) => ({ ...b.dataset }));
  const navn = await line.locator("a.ds-link").first().textContent();
  const sti = await line.locator("a.ds-link").first().getAttribute("href");
  const tel = await line.locator("a.o-tel").getAttribute("href");
  const tlf = (await line.locator("a.o-tel").textContent()).replace(`Ring ${navn}:`, "").trim();
  check(tlf && tel.startsWith("tel:") && sti.startsWith(`/tilbud/${id}-`), `what the button knows: ${[id, navn, tlf, tel, sti]}`);
  check(await button.getAttribute("aria-pressed") === "false", "it is not on the list");
  check((await button.boundingBox()).height >= 24, "the button is large enough");
  await button.press("Enter");
  check(await button.getAttribute("aria-pressed") === "true", "it is on the list");
  check((await button.textContent()).trim() === `Ligger i min liste : ${navn}`, `it says so: ${await button.textContent()}`);
  const notice = page.locator("[data-melding] [role=status]");
  check((await notice.textContent()).includes("Andre som bruker denne enheten, kan se den."), "saving says who can see it");
  const [item, ...more] = await stored(page);
  check(more.length === 0, "one is kept");
  const { lagret, sett, ...facts } = item;
  check(same(facts, { id, navn, type, tlf, tel, sti }), `kept: ${JSON.stringify(item)}`);
  check(Date.now() - new Date(lagret) < 60_000 && lagret === sett, `kept at ${lagret}, seen ${sett}`);
  // The same offering elsewhere on the page, and on its own.
  check(await page.locator(`[data-lagre="${id}"]:not([aria-pressed="true"])`).count() === 0, "every button of the offering says so");
  await page.goto(base + sti);
  check(await page.locator("main [data-lagre]").first().getAttribute("aria-pressed") === "true", "its own page says so");
  check((await stored(page))[0].lagret === lagret && (await stored(page))[0].sett > sett, "its facts are seen again, and when it was kept stays");
  // A second, found by searching.
  await page.goto(base + "/sok?q=mental+helse&type=hjelpetelefon");
  await page.locator(".o-listing [data-lagre]").first().click();
  await notice.getByRole("link", { name: "Se min liste" }).click();
  await page.waitForURL("**/min-liste");
  const rows = page.locator("[data-minliste] li");
  check(await rows.count() === 2, "both are listed");
  check(await rows.first().locator("a[data-tel]").getAttribute("href") === tel, "with the number to call");
  check((await rows.first().textContent()).includes(`Lagt i listen: ${new Date(lagret).toLocaleDateString("nb", { day: "numeric", month: "long", year: "numeric" })}`), "and when it was kept");
  check(/Sist sett her: \d/.test(await rows.first().textContent()), "and when it was last seen here, which is not how old its facts are");
  for (const f of await found(page)) throw new Error(`axe: ${f}`);
  await page.emulateMedia({ media: "print" });
  check(await rows.first().locator("a[data-tel]").isVisible() && !(await page.locator("button:visible").count()), "on paper the numbers, and no buttons");
  await page.emulateMedia({ media: "screen" });
  await rows.first().getByRole("button", { name: `Ta ut ${navn}` }).click();
  await rows.nth(1).waitFor({ state: "detached" });
  check(await rows.count() === 1 && (await stored(page)).length === 1, "one is taken off");
  check(await page.locator("[data-minliste] [role=status]").textContent() === `${navn} er tatt ut av listen.`, "it says which");
  await page.getByRole("button", { name: "Angre" }).click();
  check(same((await stored(page)).map((o) => o.id)[0], id), "undone, in the same place");
  await page.goto(base + "/nn/min-liste");
  check(await rows.first().getByRole("link", { name: navn }).first().getAttribute("href") === "/nn" + sti, "the list in nynorsk leads to pages in nynorsk");
  await page.goto(base + "/min-liste");
  await page.getByRole("button", { name: "Slett hele listen" }).click();
  check(await page.evaluate((key) => localStorage.getItem(key), KEY) === null, "nothing is left of the list");
  check(await page.getByText("Listen er tom.").isVisible(), "it is empty");
  check((await context.cookies()).length === 0, "no cookie is set on the way");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("a list: ok");
}

// What another has put there, or what was kept in another way, breaks nothing.
{
  const { browser, page, problems } = await open();
  await page.goto(base + "/om");
  for (const value of ["{", "null", "[1,null,{}]", '[{"sti":"javascript:alert(1)","navn":"x"}]', '[{"id":"1","sti":"/tilbud/1-a","navn":"<img src=x>","tel":"javascript:alert(1)","lagret":"i går"}]']) {
    await page.evaluate(([key, value]) => localStorage.setItem(key, value), [KEY, value]);
    await page.goto(base + "/min-liste");
    check(await page.locator("main img").count() === 0 && await page.locator('main a[href^="javascript:"]').count() === 0, `${value} is only text`);
  }
  check(problems.length === 0, problems.join("; "));
  await browser.close();
}

// Without script the page says what it needs.
{
  const { browser, page } = await open({ javaScriptEnabled: false });
  await page.goto(base + "/min-liste");
  check(await page.getByText("Listen trenger JavaScript").isVisible(), "the list says that it needs script");
  await page.goto(base + kommune);
  check(await page.locator("[data-lagre]:visible").count() === 0, "there are no buttons that do nothing");
  await page.goto(base + "/nodkort");
  check(await page.locator('main a[href="tel:113"]').isVisible(), "the card needs no script");
  await page.emulateMedia({ media: "print" });
  const card = await page.locator("body").boundingBox();
  const mm = (px) => px * 25.4 / 96;
  check(mm(card.width) < 87 && mm(card.height) < 55 && await page.evaluate(() => document.body.scrollHeight <= document.body.clientHeight + 1), `all of the card is on a card: ${mm(card.width)} by ${mm(card.height)} mm`);
  await browser.close();
  console.log("without script: ok");
}

// Without a network: from the very first page, a kommune.
{
  const { browser, context, page, problems } = await open();
  await page.goto(base + kommune);
  await until("the first page is kept", () => copies(page), (paths) => same(paths, [...own.slice(0, 2), kommune, ...own.slice(2)]));
  await page.locator("#familievernkontor [data-lagre]").first().click();
  await page.goto(base + "/sok?q=demens");
  await page.goto(base + kommune + "?q=demens");
  await page.goto(base + "/kommune/5501-tromso");
  const paths = await until("the last kommune is kept, and nothing that was searched for", () => copies(page), (paths) => paths.includes("/kommune/5501-tromso") && !paths.includes(kommune));
  check(paths.length === own.length + 1 && !paths.some((path) => path.includes("?")), `kept: ${paths}`);
  check(problems.length === 0, problems.join("; "));

  await context.setOffline(true);
  await page.goto(base + "/kommune/5501-tromso");
  check((await page.locator("h1").textContent()).includes("Tromsø"), "the kommune is there");
  check(await page.locator("[data-uten-nett]").getByText("Du er uten nett").isVisible() && await page.locator("[data-uten-nett] time").isVisible(), "it says that it is a copy, and from when");
  check(await page.locator(".o-header").evaluate((e) => getComputedStyle(e.firstElementChild).display) === "flex", "it has its style");
  await page.goto(base + "/min-liste");
  check(await page.locator("[data-minliste] li a[data-tel]").first().isVisible(), "the list is there");
  for (const [path, heading, line] of [["/sok?q=demens", "Hjelp nå", "Du er uten nett."], [kommune, "Hjelp nå", "Du er uten nett."], ["/en/om", "Help now", "You are offline."]]) {
    await page.goto(base + path);
    check(await page.locator("h1").textContent() === heading && await page.getByText(line).isVisible(), `${path} gives the card`);
    check(await page.locator('main a[href="tel:113"]').isVisible(), `${path} gives the numbers`);
  }
  const failed = await page.goto(base + "/redaksjon").then(() => false, () => true);
  check(failed, "signed-in pages are left to the browser");

  await context.setOffline(false);
  await page.goto(base + "/kommune/5501-tromso");
  check(!(await page.locator("[data-uten-nett]").isVisible()), "with a network the page is the server's");
  // The way out takes the kommune along.
  await context.route("https://www.yr.no/", (route) => route.fulfill({ contentType: "text/html", body: "<h1>Vær</h1>" }));
  await page.getByRole("link", { name: "Forlat siden" }).first().click();
  await page.waitForURL("https://www.yr.no/");
  await page.goto(base + "/om");
  await until("the kommune is forgotten", () => copies(page), (paths) => same(paths, own));
  await browser.close();
  console.log("without a network: ok");
}

// Another build takes over: nothing old is left, and the last kommune is fetched anew.
{
  const { browser, page, problems } = await open();
  await page.goto(base + "/om");
  await page.waitForFunction(() => navigator.serviceWorker.controller); // else it may still take the old copies for itself
  await page.evaluate(async (kommune) => {
    const old = await caches.open("oversikt-gammel");
    for (const path of ["/nodkort", kommune]) await old.put(path, new Response("gammelt", { headers: { "Content-Type": "text/html" } }));
  }, kommune);
  // The worker is taken away, so that it is installed as a new one is.
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.ready).unregister();
    await caches.delete((await caches.keys()).find((name) => name !== "oversikt-gammel"));
  });
  await page.goto(base + "/om");
  await until("the old copies are gone", () => page.evaluate(() => caches.keys()), (names) => names.length === 1 && names[0] !== "oversikt-gammel");
  await until("the kommune is there anew", () => copies(page), (paths) => paths.includes(kommune));
  check(await page.evaluate(async (kommune) => (await (await caches.match(kommune)).text()).includes("Bodø"), kommune), "its copy is the server's page of now");
  check(problems.length === 0, problems.join("; "));
  await browser.close();
  console.log("another build: ok");
}

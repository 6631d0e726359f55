// Confirms an offering as whoever gets the reminder does: from the link in the mail, not
// signed in and without script.
// Usage: node bekreft.mjs BASE MAILFOLDER ADDRESS ID VERSION
// The offering ID, in this version, is what the mail to ADDRESS asks about.
import { base, check, open } from "./browser.mjs";
import { look } from "./look.mjs";
import { mailTo } from "./mail.mjs";

const [mails, address, id, version] = process.argv.slice(3);
const most = 3; // clicks, that on the link in the mail among them; the product promises it
const patience = 20_000; // ms

// What the API says of the offering, once it has the version.
async function offering(version) {
  for (const until = Date.now() + patience; ;) {
    const answer = await fetch(`${base}/api/v1/tilbud/${id}`);
    check(answer.ok, `offering ${id}: ${answer.status}`);
    const o = await answer.json();
    if (o.versjon >= version) return o;
    check(Date.now() < until, `the API does not have version ${version} of offering ${id}: ${JSON.stringify(o)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const link = new RegExp(`^${base}(/bekreft/\\S+)$`, "m").exec(await mailTo(mails, address))?.[1];
check(link, "the mail has the link");
const before = await offering(Number(version));
check(before.sist_bekreftet === null, "nobody has confirmed the offering before");

const { browser, context, page, problems } = await open({ javaScriptEnabled: false });
let clicks = 0;
const click = (action) => {
  clicks++;
  return action;
};
// Mail programs open links too, to look at them.
check(await look([link]), "nothing to find on the page of the link");
await click(page.goto(base + link));
check((await page.locator("main").textContent()).includes(before.navn), "the page names the offering");
await new Promise((resolve) => setTimeout(resolve, 500)); // as long as a change would need to come out, and more
check(JSON.stringify(await offering(Number(version))) === JSON.stringify(before), "opening the link changes nothing");

const began = new Date();
await click(page.getByRole("button", { name: "Alt stemmer" }).click());
await page.getByRole("heading", { name: /^Takk! / }).waitFor();
check(clicks <= most, `${clicks} clicks to confirm, at most ${most}`);
check((await context.cookies()).every((c) => c.name !== "__Host-okt"), "nobody was signed in");
const after = await offering(before.versjon + 1);
const confirmed = new Date(after.sist_bekreftet);
check(confirmed >= began && confirmed <= new Date(), `confirmed at ${after.sist_bekreftet}, want now`);
const same = (o) => JSON.stringify({ ...o, sist_bekreftet: null, endret: null, versjon: null });
check(same(after) === same(before), `nothing but that it is confirmed has changed: ${JSON.stringify(after)}`);

const today = confirmed.toLocaleDateString("nb-NO", { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/Oslo" });
await page.goto(after.url);
check((await page.locator("main .o-source--ok").textContent()).includes(today), `readers see that it was confirmed ${today}`);
await page.goto(base + link);
check((await page.locator("h1").textContent()) === "Dette er gjort", "the link says that it is done");
check(problems.length === 0, problems.join("; "));
await browser.close();
console.log(`confirmed from the mail: ok, in ${clicks} clicks`);

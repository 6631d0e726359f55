// Signs in where a second factor is asked for: with a mailed code and an app that is set up
// on the way, and the next time with the app; each page is looked at, also with a wrong code.
// The program believes that its address is https.
// Usage: node faktor.mjs BASE MAILFOLDER
import { createHmac } from "node:crypto";
import { base, check, open } from "./browser.mjs";
import { found } from "./look.mjs";
import { mailTo } from "./mail.mjs";

const mails = process.argv[3];
const address = "siri.testesen@trondheim.kommune.no";

// The code that an app shows now (RFC 6238).
function appCode(secret) {
  const bits = [...secret.replace(/\s/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

async function clean(page, what) {
  for (const width of [390, 1280]) {
    for (const colorScheme of ["light", "dark"]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const findings = await found(page);
      check(findings.length === 0, `${what}, at ${width} px, ${colorScheme}: ${findings.join("; ")}`);
    }
  }
}

const { browser, page, problems } = await open();
await page.goto(base + "/logg-inn");
await clean(page, "signing in");
await page.getByLabel("E-postadressen din på jobben").fill(address);
await page.getByRole("button", { name: "Send meg en kode" }).click();
await page.waitForURL("**/logg-inn/kode?*");
await page.getByLabel("Koden").fill("000000");
await page.getByRole("button", { name: "Logg inn" }).click();
await page.locator(".r-error").first().waitFor();
await clean(page, "a wrong code from a mail");
const code = /^\d{6}$/m.exec(await mailTo(mails, address))?.[0];
await page.getByLabel("Koden").fill(code);
await page.getByRole("button", { name: "Logg inn" }).click();
await page.waitForURL("**/logg-inn/bekreft*");
check((await page.locator("h1").textContent()) === "Gjør innloggingen trygg", "who has no second factor is asked to set one up");
await clean(page, "setting up a second factor");
await page.getByRole("link", { name: "Bruk en app" }).click();
await page.waitForURL("**/logg-inn/bekreft/ny/app?*");
await clean(page, "setting up an app");
const secret = await page.locator("code.r-mono").textContent();
await page.locator("input[name=kode]").fill("000000");
await page.getByRole("button", { name: "Koble til" }).click();
await page.locator(".r-error").first().waitFor();
await clean(page, "a wrong code from an app");
await page.locator("input[name=kode]").fill(appCode(secret));
await page.getByRole("button", { name: "Koble til" }).click();
await page.getByRole("heading", { name: "Nødkodene dine" }).waitFor();
await clean(page, "the recovery codes");
await page.getByRole("link", { name: "Jeg har tatt vare på kodene" }).click();
await page.waitForURL("**/redaksjon");
check((await page.locator("h1").textContent()) === "Trondheim", "the workplace opens after the second factor");
const others = problems.filter((p) => !/status of 4\d\d/.test(p)); // Chromium logs every answer that says no
check(others.length === 0, others.join("; "));
await browser.close();
console.log("a second factor: ok");

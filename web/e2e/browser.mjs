// Starts the system's Chromium for the browser tests: CHROMIUM holds its path.
import { chromium } from "playwright-core";

export const base = process.argv[2];

export async function open(options = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync"],
  });
  // Without motion: a page that glides to its fragment is measured in passing.
  const context = await browser.newContext({ locale: "nb-NO", viewport: { width: 390, height: 844 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (e) => problems.push(`error in script on ${page.url()}: ${e.message}`));
  page.on("console", (m) => {
    if (m.type() === "error") problems.push(`console on ${page.url()}: ${m.text()}`);
  });
  // Nothing may be fetched from anywhere else: readers are not shown to third parties.
  page.on("request", (r) => {
    if (!r.url().startsWith(base) && !r.url().startsWith("data:")) problems.push(`third-party request: ${r.url()}`);
  });
  return { browser, context, page, problems };
}

export function check(ok, what) {
  if (!ok) throw new Error(what);
}

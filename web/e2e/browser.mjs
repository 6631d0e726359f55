// The system's Chromium for the browser tests. BROWSER holds the address of one that serve.mjs
// started for many scripts; without it each starts its own, and CHROMIUM holds the path.
import { chromium } from "playwright-core";

export const base = process.argv[2];

export const program = {
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
};

// What is opened is closed by browser.close(), in a browser for many as well: the browser goes on.
export async function open(options = {}) {
  const browser = process.env.BROWSER ? await chromium.connect(process.env.BROWSER) : await chromium.launch(program);
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

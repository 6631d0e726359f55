// The system's Chromium for the browser tests. BROWSER holds the address of one that serve.mjs
// started for many scripts; without it each starts its own, and CHROMIUM holds the path.
import { chromium } from "playwright-core";

export const base = process.argv[2];

export const program = {
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--js-flags=--min-semi-space-size=64 --max-semi-space-size=128"], // MB: axe makes much that it soon forgets
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

// Waits until the page stands still. One that gets its font, jumps to its fragment, or goes over to
// another width or other colours, is measured wrong: each element does so after what it is within.
export async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let still = 0; still < 2; still++) {
      await new Promise((done) => requestAnimationFrame(done));
      const moves = (a) => a.playState === "running" && a.effect.getComputedTiming().endTime !== Infinity;
      if (document.getAnimations().some(moves)) still = -1;
    }
  });
}

export function check(ok, what) {
  if (!ok) throw new Error(what);
}

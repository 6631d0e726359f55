// Looks at pages with axe, at both widths and in both colour schemes, and for what axe
// does not see: a page wider than the window.
import axe from "axe-core";
import { base, open, settled } from "./browser.mjs";

// Only of what is wrong does axe have to tell where it stands; to work that out takes it long.
const resultTypes = ["violations"];

const everything = { resultTypes, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };

// What another colour scheme can change: the rest of a page is the same in both.
const colours = { resultTypes, runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };

// What there is to find on the page as it stands.
export async function found(page, rules = everything) {
  await settled(page);
  // Through evaluate: the pages' content security policy lets no script tag in.
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(axe.source);
  const result = await page.evaluate((rules) => window.axe.run(document, rules), rules);
  const all = result.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.target.join(" ")}: ${[...n.any, ...n.all, ...n.none].map((c) => c.message).join("; ")}`));
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) all.push(`the page is ${over} px wider than the window`);
  return all;
}

// Has the page go over to other colours at once: what is looked at is how it stands afterwards, and
// each frame on the way there takes long to draw. What is drawn only when it comes near would keep
// the colours of before.
function atOnce() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("*, ::before, ::after { transition: none !important } * { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
}

// Prints a line for each finding, and returns whether there was none. The options are
// those of a browser context: storageState for who is signed in.
export async function look(paths, options = {}) {
  let findings = 0;
  let looked = 0;
  function finding(text) {
    findings++;
    console.log(text);
  }

  // A page is loaded once, and then made wider and darker, as readers do it: what is seen is the
  // style sheet's alone. The worker that keeps pages for later has no part in that.
  const { browser, page, problems } = await open({ serviceWorkers: "block", ...options });
  for (const path of paths) {
    await page.setViewportSize({ width: 390, height: 900 });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(base + path);
    await page.evaluate(atOnce);
    if (options.storageState && page.url() !== base + path) finding(`${path}: leads to ${page.url()}`);
    // Dark and wide is neither: what a width shows has its rules looked at in light, and the
    // colours of the other scheme are the same at each width.
    for (const [width, colorScheme, rules] of [[390, "light", everything], [390, "dark", colours], [1280, "light", everything]]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      looked++;
      for (const f of await found(page, rules)) finding(`${path} (${width} px, ${colorScheme}): ${f}`);
    }
  }
  // A page that answers 404 is one of the pages looked at, and Chromium logs its status.
  for (const p of problems.filter((p) => !p.includes("status of 404"))) finding(p);
  await browser.close();
  console.log(`${looked} looks, ${findings} findings`);
  return findings === 0 && looked > 0;
}

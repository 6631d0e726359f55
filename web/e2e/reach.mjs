// Looks for what readers who set pages up for themselves, or use no pointer, would meet: pages
// that become too wide when letters stand further apart (WCAG 1.4.12), and what the keyboard
// does not reach, does not show that it has reached, or reaches below something else.
// Usage: node reach.mjs BASE PATH…
import { base, check, open } from "./browser.mjs";

// What the success criterion says that pages have to bear.
const SPACING = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }" +
  " p { margin-block-end: 2em !important }";

// Focus marks what the keyboard is at. It returns null for what was marked before, and for
// the end of the page; else what is wrong, or "".
function focus() {
  const at = document.activeElement;
  if (at === document.body || at.dataset.reached) return null;
  at.dataset.reached = "yes";
  const name = at.textContent.trim().slice(0, 30) || at.name || at.tagName;
  const style = getComputedStyle(at);
  if ((style.outlineStyle === "none" || style.outlineWidth === "0px") && style.boxShadow === "none") return `${name} does not show focus`;
  const box = at.getBoundingClientRect();
  const points = [[box.left + 3, box.top + 3], [box.left + box.width / 2, box.top + box.height / 2], [box.right - 3, box.bottom - 3]];
  const seen = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (at.contains(top) || top.contains(at) || top.closest("label"));
  });
  return seen ? "" : `${name} is below something else`;
}

function unreached() {
  const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  const group = (e) => e.type === "radio" && document.querySelector(`input[name="${e.name}"][data-reached]`);
  return [...all].filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && e.tabIndex >= 0 && !e.disabled && !e.dataset.reached && !group(e))
    .map((e) => `${e.textContent.trim().slice(0, 30) || e.name} is not reached`);
}

const wrong = [];
let reached = 0;
const { browser, page } = await open({ bypassCSP: true, reducedMotion: "reduce" });
for (const width of [390, 1280]) {
  await page.setViewportSize({ width, height: 900 });
  for (const path of process.argv.slice(3)) {
    const where = `${path} (${width} px): `;
    await page.goto(base + path);
    for (;;) {
      await page.keyboard.press("Tab");
      const what = await page.evaluate(focus);
      if (what === null) break;
      reached++;
      if (what) wrong.push(where + what);
    }
    for (const what of await page.evaluate(unreached)) wrong.push(where + what);
    await page.addStyleTag({ content: SPACING });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (over > 0) wrong.push(`${where}${over} px too wide with letters further apart`);
  }
}
await browser.close();
check(wrong.length === 0, wrong.join("\n"));
check(reached > 100, "the keyboard reaches links");
console.log(`${reached} places reached by keyboard: ok`);

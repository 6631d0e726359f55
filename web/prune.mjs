// Leaves out of Designsystemet's style sheets what no page has any use of: half of what a browser
// would read. What is left is as it was, in the same order.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generate, parse, walk } from "css-tree";

const from = "@digdir/designsystemet-css/";
export const toggle = "?toggle";

// prune returns the style sheets that the given ones import from Designsystemet, by path, without
//   - rules for what absent names: simple selectors of things that are on no page;
//   - values of the theme that ours, theme, sets in all circumstances;
//   - values for the light scheme said again: the root has them already;
//   - rules for what is written from right to left;
//   - custom properties that nothing refers to, in theirs or ours.
// What the sheet of fields has for boxes to tick is a sheet of its own, under the path with toggle
// after it: most pages have none.
export function prune(ours, theme, absent) {
  const own = ours.join("\n");
  const set = names(theme);
  const sheets = new Map();
  for (const [, name] of own.matchAll(/@import "@digdir\/designsystemet-css\/([^"]+)"/g)) {
    if (name.endsWith(toggle)) continue; // comes with the sheet that it is a part of
    const path = fileURLToPath(import.meta.resolve(from + name));
    const sheet = read(readFileSync(path, "utf8"));
    forget(sheet, new Set([...absent, ":dir(rtl)"]));
    if (name === "theme.css") {
      drop(sheet, (property) => set.has(property));
      saidAgain(sheet);
    }
    if (name === "input.css") {
      const toggles = read(generate(sheet));
      keep(sheet, (rule) => !forToggles(rule));
      keep(toggles, forToggles);
      sheets.set(path + toggle, toggles);
    }
    sheets.set(path, sheet);
  }
  for (let dropped = 1; dropped > 0;) {
    const all = own + [...sheets.values()].map((sheet) => generate(sheet)).join("\n");
    const used = new Set(Array.from(all.matchAll(/var\(\s*(--[\w-]+)/g), ([, name]) => name));
    dropped = 0;
    for (const sheet of sheets.values()) dropped += drop(sheet, (property) => property.startsWith("--") && !used.has(property));
  }
  return new Map([...sheets].map(([path, sheet]) => [path, generate(sheet)]));
}

function read(css) {
  return parse(css, {
    onParseError(e) {
      throw e;
    },
  });
}

// names returns the properties that theme sets for every page: in its first rule, which is for
// the root in all colour schemes.
function names(theme) {
  const set = new Set();
  let first = true;
  walk(read(theme), {
    visit: "Rule",
    enter(rule) {
      if (first && generate(rule.prelude) !== ":root") throw new Error("theme.css does not begin with :root");
      if (first) rule.block.children.forEach((d) => set.add(d.property));
      first = false;
    },
  });
  return set;
}

// forget takes out the selectors that need something absent, and rules without selectors. What
// stands within :not(), :is() and the like is left: it needs nothing.
function forget(sheet, absent) {
  walk(sheet, {
    visit: "Rule",
    enter(rule, item, list) {
      if (rule.prelude.type !== "SelectorList") return;
      rule.prelude.children.forEach((selector, at, selectors) => {
        if (selector.children.some((part) => absent.has(generate(part)))) selectors.remove(at);
      });
      if (rule.prelude.children.isEmpty) list.remove(item);
    },
  });
}

// saidAgain takes out what is for the light scheme alone.
function saidAgain(sheet) {
  walk(sheet, {
    visit: "Atrule",
    enter(rule, item, list) {
      if (rule.name === "media" && generate(rule.prelude) === "(prefers-color-scheme:light)") list.remove(item);
    },
  });
}

// forToggles reports whether a rule is for boxes to tick and nothing else.
function forToggles(rule) {
  const selectors = rule.prelude.children.toArray().map((selector) => generate(selector));
  return selectors.every((selector) => /\[type=(checkbox|radio)\]/.test(selector) && !selector.includes(":has(label)"));
}

// keep takes out all rules but such.
function keep(sheet, such) {
  walk(sheet, {
    visit: "Rule",
    enter(rule, item, list) {
      if (rule.prelude.type === "SelectorList" && !such(rule)) list.remove(item);
    },
  });
}

// drop takes out the declarations of such properties and returns how many there were.
function drop(sheet, such) {
  let dropped = 0;
  walk(sheet, {
    visit: "Declaration",
    enter(declaration, item, list) {
      if (!such(declaration.property)) return;
      list.remove(item);
      dropped++;
    },
  });
  return dropped;
}

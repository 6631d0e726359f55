// What signed-in pages do beyond HTML; every page works without it.
import { addName, coverage } from "./coverage.js";
import { draft } from "./draft.js";
import { parts } from "./parts.js";
import "./passkey.js";

document.querySelector("[data-focus]")?.focus();
document.querySelectorAll("form:has([data-part])").forEach(parts); // before draft: what it takes is not sent
document.querySelectorAll("form[data-draft]").forEach(draft);
document.querySelectorAll("[data-coverage]").forEach(coverage);
document.querySelectorAll("[data-add]").forEach(addName);

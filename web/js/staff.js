// What signed-in pages do beyond HTML; every page works without it.
import { draft } from "./draft.js";
import "./passkey.js";

document.querySelector("[data-focus]")?.focus();
document.querySelectorAll("form[data-draft]").forEach(draft);

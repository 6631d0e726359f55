// What pages do beyond HTML; every page works without it.
import { autoSubmit } from "./autosubmit.js";
import { backToSearch } from "./back.js";
import { quickExit } from "./exit.js";
import { printButton } from "./print.js";
import { suggest } from "./suggest.js";

document.querySelectorAll("a[data-forlat]").forEach(quickExit);
document.querySelectorAll("input[data-suggest]").forEach(suggest);
document.querySelectorAll("form[data-auto]").forEach(autoSubmit);
document.querySelectorAll("[data-print]").forEach(printButton);
document.querySelectorAll("[data-back]").forEach(backToSearch);

// What pages do beyond HTML; every page works without it.
import { autoSubmit } from "./autosubmit.js";
import { backToSearch } from "./back.js";
import { quickExit } from "./exit.js";
import { offline, oldPage } from "./offline.js";
import { onPress } from "./press.js";
import { printButton } from "./print.js";
import { saveButtons } from "./saved.js";
import { suggest } from "./suggest.js";

// The public pages, where there is a way out, and no others.
document.querySelectorAll("a[data-forlat]").forEach((link) => {
  quickExit(link);
  saveButtons();
  offline();
});
document.querySelectorAll("[data-uten-nett]:not([hidden])").forEach(oldPage);
document.querySelectorAll("input[data-suggest]").forEach(suggest);
document.querySelectorAll("form[data-auto]").forEach(autoSubmit);
document.querySelectorAll("[data-print]").forEach(printButton);
document.querySelectorAll("[data-back]").forEach(backToSearch);
document.querySelectorAll("[data-skript]").forEach(onPress);

// What signed-in pages do beyond HTML; every page works without it.
import "./passkey.js";

document.querySelector("[data-focus]")?.focus();

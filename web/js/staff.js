// What signed-in pages do beyond HTML; every page works without it.
document.querySelector("[data-focus]")?.focus();

// backToSearch puts the way back to the search that one came from before the breadcrumbs, with
// all that was searched for. The address is the browser's own memory of the page before this
// one; it goes nowhere.
export function backToSearch(crumbs) {
  let from;
  try {
    from = new URL(document.referrer);
  } catch {
    return; // opened from nowhere
  }
  if (from.origin !== location.origin || !/^(\/(nn|en))?\/sok$/.test(from.pathname) || !from.search) return;
  const link = document.createElement("a");
  link.className = "ds-link o-back";
  link.href = from.href;
  link.textContent = crumbs.dataset.back;
  crumbs.before(link);
}

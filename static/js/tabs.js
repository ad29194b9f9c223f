/* Tabs inside a card: role=tab with aria-controls. Tabs of a page are links with the same roles: each
   has its own address, and the page behind it fills the panel. A segmented control of buttons keeps one pressed
   and tells the card with a "seg:chosen" event. */
document.addEventListener('click', (event) => {
  const tab = event.target.closest('[role="tab"]');
  if (tab && !tab.href) choose(tab);
  const button = event.target.closest('.seg > button[aria-pressed]');
  if (!button) return;
  for (const other of button.parentElement.querySelectorAll(':scope > [aria-pressed]')) other.setAttribute('aria-pressed', String(other === button));
  button.dispatchEvent(new CustomEvent('seg:chosen', { bubbles: true, detail: button.value || button.dataset.value }));
});

/* Where the tabs of a page do not fit, the chosen one is in sight. */
function intoSight() {
  for (const tab of document.querySelectorAll('nav.tabs > [aria-current], .page-tabs > [aria-selected="true"]')) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
intoSight();
document.addEventListener('htmx:afterSettle', intoSight);

document.addEventListener('keydown', (event) => {
  const tab = event.target.closest?.('[role="tab"]');
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], end = { Home: 0, End: -1 }[event.key];
  if (!tab || (!step && end === undefined)) return;
  const all = [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
  const next = step ? all[(all.indexOf(tab) + step + all.length) % all.length] : all.at(end);
  event.preventDefault();
  next.focus();
  if (next.href) next.click();
  else choose(next);
});

function choose(tab) {
  const all = tab.closest('[role="tablist"]')?.querySelectorAll('[role="tab"]') ?? [tab];
  for (const other of all) {
    const isChosen = other === tab, panel = document.getElementById(other.getAttribute('aria-controls'));
    other.setAttribute('aria-selected', String(isChosen));
    other.tabIndex = isChosen ? 0 : -1;
    if (panel) panel.hidden = !isChosen;
  }
  tab.dispatchEvent(new CustomEvent('tab:chosen', { bubbles: true }));
}

/* Keys in the data grid: arrows move over the cells, Page Up and Page Down turn pages. */
document.addEventListener('keydown', (event) => {
  const cell = event.target.closest('[data-grid] :is(td, th)');
  if (!cell && !event.target.closest('#grid .scroll-x')) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const page = { PageDown: 'next', PageUp: 'previous' }[event.key];
  if (page) {
    const link = document.querySelector(`#grid [data-page="${page}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const to = neighbour(cell ?? document.querySelector('[data-grid] tbody td'), event.key, !cell);
  if (to) { event.preventDefault(); focusOn(to); }
});

document.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-grid] tbody td');
  if (cell) focusOn(cell);
});

const marked = () => document.getElementById('marked')?.scrollIntoView({ block: 'center' });
document.addEventListener('htmx:afterSettle', marked);
marked();

function neighbour(cell, key, isFirst) {
  if (!cell || !key.startsWith('Arrow')) return null;
  if (isFirst) return cell;
  const row = cell.parentElement, at = [...row.children].indexOf(cell);
  return {
    ArrowRight: () => row.children[at + 1],
    ArrowLeft: () => row.children[at - 1],
    ArrowDown: () => row.nextElementSibling?.children[at],
    ArrowUp: () => row.previousElementSibling?.children[at],
  }[key]?.() ?? null;
}

function focusOn(cell) {
  document.querySelectorAll('[data-grid] [tabindex="0"]').forEach((old) => old.removeAttribute('tabindex'));
  cell.tabIndex = 0;
  cell.focus({ preventScroll: false });
}

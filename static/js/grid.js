/* Keys in the data grid: arrows move over the cells, with Shift they choose a block, Ctrl C copies
   it, Page Up and Page Down turn pages, Home and End go to the ends of a row. */
let anchor = null;

document.addEventListener('keydown', (event) => {
  const cell = event.target.closest('[data-grid] :is(td, th)');
  if (event.target.closest('.cell-editing') || event.target.closest('[popover]')) return;
  if (!cell && !event.target.closest('#grid .scroll-x')) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') return copy(cell);
  if (event.altKey || ((event.ctrlKey || event.metaKey) && !['Home', 'End'].includes(event.key))) return;
  const page = { PageDown: 'next', PageUp: 'previous' }[event.key];
  if (page) {
    const link = document.querySelector(`#grid [data-page="${page}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const to = neighbour(cell ?? document.querySelector('[data-grid] tbody td'), event, !cell);
  if (!to) return;
  event.preventDefault();
  if (!event.shiftKey || !cell || !to.matches('tbody td')) anchor = null;
  else anchor ??= cell;
  focusOn(to);
  choose(to);
});

document.addEventListener('click', (event) => {
  const cell = event.target.closest('[data-grid] tbody td');
  if (!cell || event.target.closest('input, button')) return;
  const from = document.activeElement?.closest('[data-grid] tbody td');
  anchor = event.shiftKey && from ? anchor ?? from : null;
  focusOn(cell);
  choose(cell);
});

document.addEventListener('input', ({ target }) => {
  const list = target.dataset?.narrow && document.querySelector(target.dataset.narrow);
  for (const item of list?.children ?? []) item.hidden = !item.textContent.toLowerCase().includes(target.value.trim().toLowerCase());
});

const marked = () => document.getElementById('marked')?.scrollIntoView({ block: 'center' });
document.addEventListener('htmx:afterSettle', ({ target }) => { if (target.id === 'grid') marked(); });
marked();

function neighbour(cell, event, isFirst) {
  const { key } = event;
  if (!cell || (!key.startsWith('Arrow') && key !== 'Home' && key !== 'End')) return null;
  if (isFirst) return cell;
  const row = cell.parentElement, at = [...row.children].indexOf(cell);
  const rows = event.ctrlKey || event.metaKey ? [...row.parentElement.children] : [row];
  return {
    ArrowRight: () => row.children[at + 1],
    ArrowLeft: () => row.children[at - 1],
    ArrowDown: () => row.nextElementSibling?.children[at] ?? (row.closest('thead') && document.querySelector('[data-grid] tbody tr')?.children[at]),
    ArrowUp: () => row.previousElementSibling?.children[at],
    Home: () => rows[0].querySelector('td'),
    End: () => rows.at(-1).lastElementChild,
  }[key]?.() ?? null;
}

export function focusOn(cell) {
  document.querySelectorAll('[data-grid] [tabindex="0"]').forEach((old) => old.removeAttribute('tabindex'));
  cell.tabIndex = 0;
  cell.focus({ preventScroll: false });
}

/* The block between the anchor and the cell. */
function block(cell) {
  const from = anchor?.isConnected ? anchor : cell;
  const [top, bottom] = [from, cell].map((one) => [...one.closest('tbody').children].indexOf(one.parentElement)).sort((a, b) => a - b);
  const [left, right] = [from, cell].map((one) => [...one.parentElement.children].indexOf(one)).sort((a, b) => a - b);
  return [...cell.closest('tbody').children].slice(top, bottom + 1).map((row) => [...row.children].slice(left, right + 1));
}

function choose(cell) {
  document.querySelectorAll('[data-grid] .cell-chosen').forEach((old) => old.classList.remove('cell-chosen'));
  if (anchor && cell.matches('tbody td')) block(cell).flat().forEach((one) => one.classList.add('cell-chosen'));
}

/* Every digit goes along, without the marks between thousands. */
function text(cell) {
  if (cell.matches('.cell-missing')) return '';
  if (cell.dataset.exact) return cell.dataset.exact;
  const shown = (cell.querySelector('.now') ?? cell).textContent.trim();
  return cell.matches('.num') ? shown.replaceAll(',', '').replace('−', '-') : shown;
}

function copy(cell) {
  if (!cell?.matches('tbody td') || !getSelection().isCollapsed) return;
  navigator.clipboard?.writeText(block(cell).map((row) => row.map(text).join('\t')).join('\n'));
  cell.animate?.([{ opacity: .4 }, { opacity: 1 }], matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 240);
}

/* Cells are edited in place: Enter, F2 or a double click opens the editor that the server sends,
   Enter keeps the value and moves down, Tab moves right, Escape leaves the cell as it was. */
import { focusOn } from './grid.js';

const before = new Map();
let then = null;

document.addEventListener('keydown', (event) => {
  const editor = event.target.closest('.cell-editing');
  if (editor) return inEditor(event, editor);
  const cell = event.target.closest('[data-grid] tbody td');
  if (!cell || event.ctrlKey || event.metaKey || event.altKey || event.target !== cell) return;
  if (event.key === 'Enter' || event.key === 'F2') { event.preventDefault(); open(cell); }
});

document.addEventListener('dblclick', (event) => {
  const cell = event.target.closest('[data-grid] tbody td');
  if (cell && !event.target.closest('input, button, .edit-pop')) open(cell);
});

document.addEventListener('htmx:afterSettle', ({ target, detail }) => {
  const cell = detail.elt?.matches?.('td') ? detail.elt : target;
  if (cell.matches?.('.cell-editing')) { const input = cell.querySelector('[name="value"]'); input.focus(); input.select(); return; }
  if (!cell.matches?.('[data-grid] tbody td')) return;
  const next = then && step(cell, then);
  then = null;
  focusOn(next ?? cell);
});

/* Another part of the page changed the edits: draw the grid anew and come back to the cell. */
document.addEventListener('grid:changed', async ({ detail }) => {
  const grid = document.getElementById('grid'), held = document.activeElement?.closest('[data-grid] td');
  const row = detail?.row ?? held?.parentElement.dataset.row, key = detail?.key ?? held?.dataset.key;
  const scrolled = grid.querySelector('.scroll-x')?.scrollLeft ?? 0;
  await htmx.ajax('GET', grid.dataset.address, { target: '#grid', swap: 'outerHTML' });
  const cell = row && key && document.querySelector(`[data-grid] tr[data-row="${CSS.escape(row)}"] td[data-key="${CSS.escape(key)}"]`);
  const part = document.querySelector('#grid .scroll-x');
  if (part) part.scrollLeft = scrolled;
  if (cell) focusOn(cell);
});

function open(cell) {
  const url = document.getElementById('grid')?.dataset.edit;
  const row = cell.parentElement.dataset.row, { key } = cell.dataset;
  if (!url || !key || cell.querySelector('.masked')) return;
  before.set(`${row} ${key}`, cell.cloneNode(true));
  htmx.ajax('GET', `${url}?row=${row}&key=${key}`, { target: cell, swap: 'outerHTML' });
}

function inEditor(event, editor) {
  if (event.key === 'Escape') {
    event.preventDefault();
    const old = before.get(`${editor.dataset.row} ${editor.dataset.key}`);
    if (!old) return;
    const again = old.cloneNode(true);
    editor.replaceWith(again);
    htmx.process(again);
    focusOn(again);
  } else if (event.key === 'Enter') {
    then = event.shiftKey ? 'previousElementSibling' : 'nextElementSibling';
  } else if (event.key === 'Tab') {
    event.preventDefault();
    then = event.shiftKey ? 'left' : 'right';
    editor.querySelector('form').requestSubmit();
  }
}

function step(cell, way) {
  if (way === 'right') return cell.nextElementSibling;
  if (way === 'left') return cell.previousElementSibling;
  return cell.parentElement[way]?.children[[...cell.parentElement.children].indexOf(cell)];
}

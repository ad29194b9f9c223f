/* The What if tab: a slider says its value, the chart follows the outcome, rows can be added. */
import { chartOf } from './charts.js';

const form = () => document.querySelector('#whatif');

function say(input) {
  const output = input.closest('[data-range]')?.querySelector('output');
  if (!output) return;
  const value = Number(input.value);
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  output.value = `${sign}${Number(Math.abs(value).toPrecision(6))}${output.dataset.unit ?? ''}`;
}

const sayAll = () => { for (const input of form()?.querySelectorAll('input[type="range"]') ?? []) say(input); };
sayAll();
document.addEventListener('input', (event) => { if (event.target.matches('#whatif input[type="range"]')) say(event.target); });
document.addEventListener('reset', (event) => {
  if (event.target !== form()) return;
  // The fields take their first values only after this event.
  setTimeout(() => {
    sayAll();
    form().dispatchEvent(new CustomEvent('whatif:reset'));
  });
});
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-whatif-add]')) return;
  const rows = form().querySelectorAll('[data-whatif-row]');
  const row = rows[rows.length - 1].cloneNode(true);
  const value = row.querySelector('[name="value"]');
  value.defaultValue = value.value = '';
  rows[0].parentElement.append(row);
  row.querySelector('select').focus();
});
// A tab may have brought the form long after this module was loaded.
document.addEventListener('htmx:load', (event) => { if (event.target.querySelector?.('#whatif')) sayAll(); });
document.addEventListener('htmx:afterSwap', (event) => {
  const chart = document.querySelector('#whatif-chart');
  if (event.target.id === 'whatif-outcome' && chart && document.querySelector('#whatif-figure')) chartOf(chart).load();
});

/* The page that asks for a forecast: common horizons, another dataset, the preview, Ctrl Enter. */
import { update } from './charts.js';

const form = () => document.querySelector('[data-ask]');

document.addEventListener('seg:chosen', (event) => {
  if (!event.target.matches('[data-ask-horizon]')) return;
  const field = document.querySelector('#horizon');
  field.value = event.target.value;
  field.dispatchEvent(new Event('change', { bubbles: true }));
});

document.addEventListener('change', (event) => {
  const choose = event.target.closest('[data-ask-dataset]');
  if (choose) {
    event.stopImmediatePropagation();
    location.assign(`${choose.dataset.askDataset}?dataset=${encodeURIComponent(choose.value)}`);
  }
}, true);

document.addEventListener('htmx:afterSettle', () => {
  const here = form(), chart = document.querySelector('#ask-preview');
  if (!here) return;
  const steps = document.querySelector('#horizon')?.value.trim();
  for (const button of here.querySelectorAll('[data-ask-horizon]')) button.setAttribute('aria-pressed', String(button.value === steps));
  const horizon = document.querySelector('#horizon'), isWrong = document.querySelector('#horizon-note [role="alert"]') !== null;
  if (isWrong) horizon.setAttribute('aria-invalid', 'true');
  else horizon?.removeAttribute('aria-invalid');
  if (!chart) return;
  const url = new URL(chart.dataset.chartUrl, location.href);
  const query = new URLSearchParams(new FormData(here));
  query.delete('csrfmiddlewaretoken');
  chart.dataset.chartUrl = `${url.pathname}?${query}`;
  update(chart);
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form()) {
    event.preventDefault();
    form().requestSubmit();
  }
});

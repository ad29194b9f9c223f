/* The page that asks for a forecast: common horizons, a date, another dataset, the preview,
   suggestions that fill a field, Ctrl Enter. The server says what follows from each change. */
import { update } from './charts.js';

const form = () => document.querySelector('[data-ask]');
const field = (id) => document.getElementById(id);
const changed = new Set();
const LONGEST_ADDRESS = 6000;
let opener = '', isStale = false;

/* What was changed since the last answer, so that the server draws anew what follows from it and
   never the block in which somebody types. */
for (const kind of ['change', 'input']) {
  document.addEventListener(kind, ({ target }) => {
    if (!target.form || target.form !== form()) return;
    changed.add(target.name);
    isStale ||= kind === 'change' || target.matches('.typed');
  }, true);
}
document.addEventListener('ask:settings', () => { changed.add('settings'); isStale = true; }, true);
document.addEventListener('htmx:configRequest', (event) => {
  if (event.target !== form()) return;
  event.detail.parameters.changed = [...changed].join(',');
  delete event.detail.parameters.csrfmiddlewaretoken;
  isStale = false;
  keep(event.detail.formData);
});

/* An answer to what is no longer there would take back a tick; the next question is on its way. */
document.addEventListener('htmx:beforeOnLoad', (event) => {
  if (isStale && event.target === form() && event.detail.requestConfig?.verb === 'get') event.preventDefault();
});

document.addEventListener('htmx:afterOnLoad', (event) => { if (event.target.id === 'contract' || event.target === form()) changed.clear(); });

document.addEventListener('seg:chosen', (event) => {
  const button = event.target;
  if (button.matches('[data-ask-until]')) {
    field('until-row').hidden = false;
    field('until').focus();
  } else if (button.matches('[data-ask-horizon]')) {
    fill(field('until'), '', false);
    field('until-row').hidden = true;
    fill(field('horizon'), button.value);
  }
});

/* Steps that are typed count, a date that was chosen before does not. */
document.addEventListener('input', (event) => {
  if (event.target.id !== 'horizon' || !field('until')) return;
  fill(field('until'), '', false);
  field('until-row').hidden = true;
}, true);

document.addEventListener('click', (event) => {
  opener = event.target.closest('[id^="set-"]')?.id ?? opener;
  const chip = event.target.closest('[data-ask-fill]');
  if (!chip) return;
  const into = field(chip.dataset.askFill), listed = into.value.split(/[\s,]+/).filter(Boolean);
  const isList = chip.dataset.askFill === 'seasons';
  fill(into, isList && !listed.includes(chip.value) ? [...listed, chip.value].join(', ') : chip.value);
});

document.addEventListener('change', (event) => {
  const choose = event.target.closest('[data-ask-dataset]');
  if (choose) {
    event.stopImmediatePropagation();
    location.assign(`${choose.dataset.askDataset}?dataset=${encodeURIComponent(choose.value)}`);
  }
}, true);

document.addEventListener('htmx:afterSettle', () => {
  const here = form(), horizon = field('horizon'), words = field('horizon-words');
  if (!here || !horizon || !words) return;
  const { steps } = words.dataset, isUntil = Boolean(field('until')?.value);
  if (steps && horizon !== document.activeElement) horizon.value = steps;
  for (const button of here.querySelectorAll('[data-ask-horizon]')) button.setAttribute('aria-pressed', String(!isUntil && button.value === steps));
  here.querySelector('[data-ask-until]').setAttribute('aria-pressed', String(isUntil));
  for (const input of here.querySelectorAll('input[aria-describedby]')) mark(input);
  // The table was drawn anew under the dialog of a model; the keyboard goes on where it was.
  if (opener && document.activeElement === document.body && !document.querySelector('dialog[open]')) {
    field(opener)?.focus({ preventScroll: true });
    opener = '';
  }
  redraw();
});

/* A series that is ticked joins the ticked ones, so that the next search leaves it alone. */
document.addEventListener('change', (event) => {
  if (event.target.matches('[data-series-found]')) move(event.target);
}, true);

document.addEventListener('keydown', (event) => {
  if (!event.target.matches?.('[data-find-series]') || event.ctrlKey || event.metaKey) return;
  const first = document.querySelector('[data-series-found]');
  if (event.key === 'Enter') {
    event.preventDefault();
    first?.click();
    event.target.select();
  } else if (event.key === 'ArrowDown' && first) {
    event.preventDefault();
    first.focus();
  }
});

document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.matches?.('[data-series-found]')) return;
  event.preventDefault();
  const listed = [...document.querySelectorAll('[data-series-found]')], next = listed.indexOf(event.target) + step;
  (next < 0 ? document.querySelector('[data-find-series]') : listed[next])?.focus();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && form()) {
    event.preventDefault();
    form().requestSubmit();
  }
});

function move(box) {
  const label = box.closest('label'), isHere = document.activeElement === box;
  const next = (label.nextElementSibling ?? label.previousElementSibling)?.querySelector('input') ?? document.querySelector('[data-find-series]');
  delete box.dataset.seriesFound;
  field('series-ticked').append(label);
  if (isHere) next?.focus();
}

/* The address keeps what is filled in, so that a reload and the way back find it again. */
function keep(parameters) {
  const kept = new URLSearchParams();
  for (const [name, value] of parameters.entries()) if (value && !['changed', 'find_series'].includes(name)) kept.append(name, value);
  const query = kept.toString();
  if (query.length < LONGEST_ADDRESS) history.replaceState(history.state, '', `${location.pathname}?${query}`);
}

function fill(input, value, tell = true) {
  if (!input) return;
  input.value = value;
  if (tell) input.dispatchEvent(new Event('change', { bubbles: true }));
}

function mark(input) {
  const note = input.getAttribute('aria-describedby').split(' ').map(field).find((one) => one?.id.endsWith('-note'));
  if (!note) return;
  if (note.querySelector('[role="alert"]')) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

function redraw() {
  const chart = field('ask-preview'), query = field('preview-words')?.dataset.query;
  if (!chart || !query) return;
  const address = `${new URL(chart.dataset.chartUrl, location.href).pathname}?${query}`;
  if (address === chart.dataset.chartUrl) return;
  chart.dataset.chartUrl = address;
  update(chart);
}

/* The SQL page: run, cancel, format, save, insert names, keep what is being written. */
import { csrfToken } from './csrf.js';
import { Editor } from './sql-editor.js';
import { toast } from './toast.js';

const form = document.querySelector('[data-sql]');
const area = form.querySelector('[data-sql-text]');
const editor = new Editor(area, form.querySelector('[data-sql-paint]'));
const runButton = form.querySelector('[data-sql-run]'), cancelButton = form.querySelector('[data-sql-cancel]');
const say = (key) => document.getElementById('sql-words').content.querySelector(`[data-word="${key}"]`).textContent;
const draft = () => `sql:${new URLSearchParams(location.search).get('query') ?? ''}`;
let running = '';

restore();
const tree = document.querySelector('.sql-side .tables'), narrow = document.querySelector('[data-sql-tree-copy]');
const phone = matchMedia('(max-width: 920px)');
const moveTree = () => (phone.matches ? narrow : document.querySelector('.sql-side')).append(...[document.getElementById('sql-tables')].filter(Boolean));
if (tree) { moveTree(); phone.addEventListener('change', moveTree); }

area.addEventListener('input', () => keep(editor.text));

form.addEventListener('htmx:configRequest', (event) => {
  if (event.target !== form) return;
  running = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2, 10)}`;
  event.detail.parameters.run = running;
  event.detail.parameters.sql = editor.chosen;
});
form.addEventListener('htmx:beforeRequest', (event) => { if (event.target === form) show(true); });
form.addEventListener('htmx:afterRequest', (event) => { if (event.target === form) show(false); });
document.addEventListener('htmx:afterSwap', () => {
  const problem = document.querySelector('#sql-answer [data-sql-problem]');
  editor.mark(problem?.dataset.line);
  const query = document.querySelector('#sql-title [name="query"]')?.value;
  if (query) keep(editor.text);
});

document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !document.querySelector('dialog:modal')) {
    event.preventDefault();
    if (!running) form.requestSubmit();
  }
  if (event.key === 'Escape' && running && !document.querySelector('dialog:modal')) cancel();
});

document.addEventListener('click', (event) => {
  const at = (name) => event.target.closest(`[data-sql-${name}]`);
  if (at('cancel')) cancel();
  else if (at('format')) format();
  else if (at('insert')) editor.write(at('insert').dataset.sqlInsert);
  else if (at('remove')) editor.removeLines(Number(at('remove').dataset.sqlRemove), Number(at('remove').dataset.sqlRemoveTo));
  else if (at('dataset')) openDataset();
});

document.querySelector('[data-sql-save]')?.addEventListener('htmx:configRequest', ({ detail }) => {
  detail.parameters.sql = editor.text;
  detail.parameters.query = document.querySelector('#sql-title [name="query"]')?.value ?? '';
});
document.body.addEventListener('sql:saved', () => {
  document.getElementById('sql-save').close();
  toast(say('saved'));
});
const dataset = document.querySelector('[data-sql-dataset-form]');
dataset?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const values = Object.fromEntries(new FormData(dataset));
  document.getElementById('sql-dataset').close();
  await window.htmx.ajax('POST', dataset.action, { target: '#sql-notice', swap: 'innerHTML', values });
});

function openDataset() {
  const result = document.getElementById('sql-result');
  if (!result) { toast(say('run-first')); return; }
  dataset.action = result.dataset.sqlDatasetUrl;
  document.getElementById('sql-dataset').showModal();
}

function show(isRunning) {
  if (!isRunning) running = '';
  runButton.hidden = isRunning;
  cancelButton.hidden = !isRunning;
  if (isRunning) form.setAttribute('aria-busy', 'true');
  else form.removeAttribute('aria-busy');
}

function cancel() {
  if (running) post(form.dataset.cancelUrl, { run: running });
}

async function format() {
  const answer = await post(form.dataset.formatUrl, { sql: editor.text });
  if (answer?.ok) {
    const { sql } = await answer.json();
    if (sql && sql !== editor.text) editor.replace(sql);
  }
}

function post(url, values) {
  return fetch(url, {
    method: 'POST',
    body: new URLSearchParams(values),
    headers: { Accept: 'application/json', 'X-CSRFToken': csrfToken() },
  }).catch(() => null);
}

/* What is written stays in this tab when it is left by a link. */
function keep(text) {
  try { sessionStorage.setItem(draft(), JSON.stringify({ from: area.defaultValue, text })); } catch { /* it is only a convenience */ }
}

function restore() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(draft()) ?? 'null');
    if (kept && kept.from === area.defaultValue && kept.text !== area.value) { area.value = kept.text; editor.draw(); }
  } catch { /* written by another version of this page */ }
}

/* The recipe of the quality page. The form holds it as JSON; every change is previewed by the
   server, which sends the whole form anew. Steps move by drag or arrow keys; Z takes back. */
const taken = [];
let dragged = null;

const form = () => document.getElementById('repair');
const field = (name) => form().elements.namedItem(name);
const recipe = () => JSON.parse(field('recipe').value);

function show({ look, column, view, focus } = {}) {
  if (look !== undefined) field('look').value = look ?? '';
  if (column !== undefined) field('column').value = column;
  if (view !== undefined) field('view').value = view;
  if (focus) form().dataset.focus = focus;
  window.htmx.trigger(form(), 'recipe:changed');
}

function change(steps, more) {
  taken.push({ recipe: field('recipe').value, look: field('look').value });
  field('recipe').value = JSON.stringify(steps);
  show(more);
}

function undo() {
  const before = taken.pop();
  if (!before) { document.querySelector('[data-undo-version]:not([hidden])')?.requestSubmit(); return; }
  field('recipe').value = before.recipe;
  show({ look: before.look });
}

function move(from, to) {
  const steps = recipe();
  if (to < 0 || to >= steps.length || from === to) return;
  steps.splice(to, 0, ...steps.splice(from, 1));
  change(steps, { look: to, focus: `grip-${to}` });
}

function remove(place) {
  const steps = recipe();
  steps.splice(place, 1);
  const look = steps.length ? Math.min(place, steps.length - 1) : null;
  change(steps, { look, focus: look === null ? '' : `grip-${look}` });
}

function add(name, settings) {
  const steps = [...recipe(), { step: name, settings, on: true }];
  change(steps, { look: steps.length - 1, column: '' });
}

/* What the settings form of the chosen step says; empty fields mean the usual. */
function settings() {
  const found = {};
  for (const input of form().querySelectorAll('[data-setting]')) {
    const { setting, kind, keyOf } = input.dataset;
    if (kind === 'flag') found[setting] = input.checked;
    else if (kind === 'columns') { found[setting] ??= []; if (input.checked) found[setting].push(input.value); }
    else if (kind === 'names') { found[setting] ??= {}; if (input.value.trim()) found[setting][keyOf] = input.value.trim(); }
    else if (input.value.trim() !== '') found[setting] = input.value.trim();
  }
  for (const [name, value] of Object.entries(found)) if (Array.isArray(value) && !value.length) delete found[name];
  return found;
}

document.addEventListener('change', ({ target }) => {
  if (!target.closest?.('#repair')) return;
  if (target.matches('[data-repair-column]')) show({ column: target.value });
  else if (target.matches('[data-toggle]')) {
    const steps = recipe(), place = Number(target.dataset.toggle);
    steps[place].on = target.checked;
    change(steps, { look: place });
  } else if (target.matches('[data-setting]')) {
    const steps = recipe(), place = Number(field('look').value);
    const kept = Object.fromEntries(Object.entries(steps[place].settings).filter(([name]) => !form().querySelector(`[data-setting="${CSS.escape(name)}"]`)));
    steps[place].settings = { ...kept, ...settings() };
    change(steps);
  }
});

document.addEventListener('submit', (event) => {
  // Enter in a field previews; only the button makes a version.
  if (event.target.id === 'repair' && !event.submitter) event.preventDefault();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && event.target.matches?.('#repair input[data-setting]')) {
    event.preventDefault();
    event.target.dispatchEvent(new Event('change', { bubbles: true }));
  }
  const grip = event.target.closest?.('[data-grip]');
  if (!grip) return;
  const place = Number(grip.closest('.step').dataset.step);
  const act = { ArrowUp: () => move(place, place - 1), ArrowDown: () => move(place, place + 1), Delete: () => remove(place), Backspace: () => remove(place) }[event.key];
  if (act) { event.preventDefault(); act(); }
});

document.addEventListener('click', (event) => {
  const on = (selector) => event.target.closest?.(selector);
  let hit;
  if ((hit = on('[data-look]'))) show({ look: hit.dataset.look, column: hit.dataset.column, focus: hit.id });
  else if ((hit = on('[data-add-step]'))) { hit.closest('[popover]')?.hidePopover(); add(hit.dataset.addStep, JSON.parse(hit.dataset.settings)); }
  else if ((hit = on('[data-remove]'))) remove(Number(hit.dataset.remove));
  else if (on('[data-recipe-undo]')) undo();
  else if ((hit = on('[data-propose]'))) location.assign(hit.dataset.propose);
  else if ((hit = on('[data-recipe-new-data]'))) hit.setAttribute('aria-pressed', String(hit.getAttribute('aria-pressed') !== 'true'));
  else if (on('[data-recipe-apply]')) apply();
  else if ((hit = on('[data-ignore]'))) {
    window.htmx.ajax('POST', hit.dataset.ignoreUrl, { source: hit, values: { finding: hit.dataset.ignore, ignored: hit.dataset.ignored, csrfmiddlewaretoken: field('csrfmiddlewaretoken').value }, swap: 'none' });
  }
});

function apply() {
  const pressed = document.querySelector('[data-recipe-new-data]')?.getAttribute('aria-pressed');
  field('new_data_too').value = pressed === 'true' ? '1' : '0';
  HTMLFormElement.prototype.submit.call(form());
}

document.addEventListener('seg:chosen', (event) => {
  if (event.target.closest('[data-repair-view]')) show({ view: event.detail, focus: `view-${event.detail}` });
});

document.addEventListener('dragstart', ({ target, dataTransfer }) => {
  const step = target.closest?.('.recipe .step[data-step]');
  if (!step) return;
  dragged = Number(step.dataset.step);
  dataTransfer.effectAllowed = 'move';
  step.classList.add('dragged');
});

document.addEventListener('dragover', (event) => {
  const step = dragged !== null && event.target.closest?.('.recipe .step[data-step]');
  if (!step) return;
  event.preventDefault();
  for (const other of document.querySelectorAll('.recipe .over')) other.classList.remove('over');
  step.classList.add('over');
});

document.addEventListener('drop', (event) => {
  const step = dragged !== null && event.target.closest?.('.recipe .step[data-step]');
  if (!step) return;
  event.preventDefault();
  move(dragged, Number(step.dataset.step));
});

document.addEventListener('dragend', () => {
  dragged = null;
  for (const step of document.querySelectorAll('.recipe .dragged, .recipe .over')) step.classList.remove('dragged', 'over');
});

/* After a preview: focus where it was, and the head's buttons as the recipe allows. */
document.addEventListener('htmx:beforeSwap', ({ detail }) => {
  if (detail.target.id === 'repair') focusNext = detail.target.dataset.focus || document.activeElement?.id || '';
});
let focusNext = '';
document.addEventListener('htmx:afterSettle', () => {
  const now = form(), make = document.querySelector('[data-recipe-apply]'), back = document.querySelector('[data-recipe-undo]');
  if (!now || !make) return;
  make.disabled = !now.dataset.active;
  if (back) back.disabled = !taken.length && !now.dataset.undoable;
  if (focusNext) document.getElementById(focusNext)?.focus({ preventScroll: true });
  focusNext = '';
});

/* Single keys press the control that carries them in data-key; G then a letter follows data-go.
   They rest while someone types, in open dialogs, and when the person switched them off. */
const PAUSE = 1200;
let goUntil = 0;

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    document.dispatchEvent(new Event('palette:toggle'));
    return;
  }
  if (event.ctrlKey || event.metaKey || isOff() || isTyping(event.target) || document.querySelector('dialog:modal')) return;
  const control = controlFor(event.key);
  if (!control) return;
  event.preventDefault();
  control();
});

function controlFor(key) {
  const letter = key.length === 1 ? key.toLowerCase() : '';
  if (!letter) return null;
  if (performance.now() < goUntil) {
    goUntil = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(letter)}"]`);
    return link && (() => location.assign(link.href));
  }
  if (letter === 'g') return () => { goUntil = performance.now() + PAUSE; };
  if (letter === '/') {
    const filter = document.querySelector('[data-filter-key]');
    return filter ? () => { filter.focus(); filter.select?.(); } : () => document.dispatchEvent(new Event('palette:toggle'));
  }
  if (letter === '?') return () => document.getElementById('keys')?.showModal();
  const control = document.querySelector(`[data-key="${CSS.escape(letter)}"]:not([disabled])`);
  return control && (() => control.click());
}

function isOff() {
  return document.body.dataset.keys === 'off';
}

function isTyping(target) {
  return target instanceof Element && target.closest('input:not([type="checkbox"], [type="radio"], [type="range"], [type="button"], [type="submit"]), textarea, select, [contenteditable="true"], [role="textbox"]') !== null;
}

document.addEventListener('change', (event) => {
  if (event.target.name === 'keyboard_shortcuts') {
    if (event.target.checked) delete document.body.dataset.keys;
    else document.body.dataset.keys = 'off';
  }
});

/* Toasts confirm an action for six seconds, longer while the pointer or focus is on them. */
import { word } from './words.js';

const STAY = 6000;

export function toast(text) {
  const box = document.createElement('div'), words = document.createElement('span');
  box.className = 'toast';
  box.dataset.toast = '';
  words.textContent = text;
  box.append(words);
  document.getElementById('toasts')?.append(box);
  settle(box);
}

function settle(box) {
  let timer = setTimeout(() => box.remove(), STAY);
  for (const name of ['pointerenter', 'focusin']) box.addEventListener(name, () => clearTimeout(timer));
  for (const name of ['pointerleave', 'focusout']) box.addEventListener(name, () => { clearTimeout(timer); timer = setTimeout(() => box.remove(), STAY); });
  box.querySelector('[data-toast-close]')?.setAttribute('aria-label', word('close'));
}

document.addEventListener('click', (event) => event.target.closest('[data-toast-close]')?.closest('[data-toast]')?.remove());
document.addEventListener('toast', (event) => toast(event.detail?.value ?? event.detail?.text ?? String(event.detail)));
document.querySelectorAll('[data-toast]').forEach(settle);

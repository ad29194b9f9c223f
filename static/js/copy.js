/* data-copy="#id" copies that element's text (or value), else the button's data-copy-text. */
import { word } from './words.js';
import { toast } from './toast.js';

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy], [data-copy-text]');
  if (!button) return;
  const source = button.dataset.copy ? document.querySelector(button.dataset.copy) : null;
  const text = source ? (source.value ?? source.textContent) : button.dataset.copyText;
  try {
    await navigator.clipboard.writeText(text);
    toast(button.dataset.copied || word('copied'));
  } catch {
    if (source) getSelection().selectAllChildren(source);
    toast(word('copy-failed'));
  }
});

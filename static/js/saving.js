/* A form that saves itself says so; an error stays in the form. */
import { word } from './words.js';
import { toast } from './toast.js';

document.addEventListener('htmx:afterRequest', (event) => {
  if (event.target.matches?.('[data-saves-itself]') && event.detail.successful) toast(word('saved'));
});

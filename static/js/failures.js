/* A request that fails says so in the page; whole error pages never land inside a fragment. */
import { word } from './words.js';

document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr } = event.detail;
  if (xhr.status < 400 || xhr.getResponseHeader('HX-Retarget') || xhr.getResponseHeader('HX-Redirect')) return;
  if (xhr.status === 401 || !/<html[\s>]/i.test(xhr.responseText)) return;
  event.detail.shouldSwap = false;
  const page = new DOMParser().parseFromString(xhr.responseText, 'text/html');
  notice(page.querySelector('[role="alert"], main p')?.textContent.trim() || word('request-failed'));
});
document.addEventListener('htmx:responseError', (event) => {
  if (event.detail.xhr.status >= 500) notice(word('request-failed'));
});
document.addEventListener('htmx:sendError', () => notice(word('request-lost')));
document.addEventListener('htmx:beforeRequest', (event) => {
  if (event.detail.requestConfig?.verb !== 'get') document.getElementById('notices')?.replaceChildren();
});

function notice(text) {
  const place = document.getElementById('notices');
  if (!place) return;
  const box = document.createElement('div'), words = document.createElement('span');
  box.className = 'notice bad';
  box.setAttribute('role', 'alert');
  words.textContent = text;
  box.append(words);
  place.hidden = false;
  place.replaceChildren(box);
}

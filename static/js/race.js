/* A running forecast: whoever looks at the best answer so far sees the next one in its place. */
import { placeById } from './live.js';

let asking = false;

document.addEventListener('job:changed', async () => {
  const card = document.querySelector('#forecast-chart[data-follow-leader]');
  const leader = document.getElementById('forecast-overall')?.dataset.leader;
  if (!card || !leader || leader === card.dataset.leader || asking) return;
  asking = true;
  try {
    const answer = await fetch(location.href, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const next = page.querySelector('#forecast-chart[data-follow-leader]');
    if (next) placeById(next.parentElement, next.outerHTML);
  } catch {
    // The next report asks again.
  } finally {
    asking = false;
  }
});

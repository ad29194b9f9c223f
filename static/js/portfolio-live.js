/* The series of a running forecast: when a model is scored, its numbers take the place of those shown,
   on the same page of the same list; what is ticked stays ticked. */
import { placeById } from './live.js';

const PARTS = ['portfolio-live', 'portfolio-says', 'portfolio-cards', 'portfolio-rows', 'portfolio-aside'];
const BOXES = '#portfolio-rows input[name="name"]';
const ticked = new Set([...document.querySelectorAll(`${BOXES}:checked`)].map((box) => box.value));
let placed = scored(document), asking = false;

function scored(page) {
  return page.getElementById('forecast-state')?.dataset.scored;
}

async function refresh() {
  if (asking || scored(document) === placed) return;
  asking = true;
  const address = location.href;
  try {
    const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    if (location.href !== address || !holdsTicked(page)) return;
    placed = scored(page);
    place(page);
  } catch {
    // The next report asks again.
  } finally {
    asking = false;
  }
  // Another list was asked for meanwhile.
  if (location.href !== address) refresh();
}

/* At the end all of the tab, whose links then lead on without a new page. */
function place(page) {
  const ended = !page.getElementById('portfolio-live');
  // What comes up for the first time has nothing to take the place of.
  const isNew = !document.getElementById('portfolio-aside') && page.getElementById('portfolio-aside');
  const parts = ended ? ['forecast', 'forecast-state', 'forecast-actions'] : isNew ? ['forecast'] : PARTS;
  for (const id of parts) {
    const next = page.getElementById(id);
    if (next && !isFollowed(next)) placeById(document.body, next.outerHTML);
  }
}

/* The line to a job that is open already. */
function isFollowed(next) {
  return next.id === 'portfolio-live' && next.dataset.liveJob === document.getElementById(next.id)?.dataset.liveJob;
}

/* Rows that somebody chose do not go away under their hand. */
function holdsTicked(page) {
  const names = new Set([...page.querySelectorAll(BOXES)].map((box) => box.value));
  return [...ticked].every((name) => names.has(name));
}

document.addEventListener('change', ({ target }) => {
  if (!target.matches(BOXES)) return;
  if (target.checked) ticked.add(target.value);
  else ticked.delete(target.value);
  refresh();
});
document.addEventListener('live:settled', ({ target }) => {
  if (!target.querySelector(BOXES)) return;
  for (const box of document.querySelectorAll(BOXES)) {
    if (!ticked.has(box.value)) continue;
    box.checked = true;
    box.dispatchEvent(new Event('change', { bubbles: true }));
  }
});
// Another list was asked for: nothing of it is ticked yet.
document.addEventListener('htmx:beforeSwap', ({ detail }) => { if (detail.target.id === 'portfolio-rows') ticked.clear(); });
for (const name of ['job:changed', 'job:done', 'htmx:afterSettle']) document.addEventListener(name, refresh);

/* The zoomable chart of a dataset: what it shows first, what its buttons say, full screen.
   Drawing, zooming and the brush belong to charts.js. */
import { chartOf } from './charts.js';

document.addEventListener('chart:drawn', ({ target, detail }) => {
  const card = target.closest('.explorer');
  if (!card || target.dataset.chartBrush) return;
  const caption = card.querySelector('[data-explorer-caption]');
  if (caption && detail.figure.caption) caption.textContent = detail.figure.caption;
  if (target.dataset.wholeUrl) startAt(target);
});

document.addEventListener('chart:range', ({ target, detail }) => {
  const card = target.closest('.explorer');
  if (card) press(card, target, detail.range);
});

document.addEventListener('click', (event) => {
  const card = event.target.closest('[data-explorer-full]') && event.target.closest('.explorer');
  if (!card) return;
  if (document.fullscreenElement) document.exitFullscreen();
  else card.requestFullscreen();
});

/* The first look is a part of the series; from then on "all" means all. */
function startAt(element) {
  element.dataset.chartUrl = element.dataset.wholeUrl;
  delete element.dataset.wholeUrl;
  const chart = chartOf(element), { start, end } = element.dataset;
  if (!start || !end) return;
  chart.range = [start, end];
  element.dispatchEvent(new CustomEvent('chart:range', { bubbles: true, detail: { range: chart.range } }));
}

/* A button is pressed while the chart shows just its span, up to the last time. */
function press(card, element, range) {
  const end = moment(element.dataset.end);
  for (const button of card.querySelectorAll('[data-chart-ranges] button')) {
    const span = Number(button.value) * 1000;
    const isShown = range ? span && moment(range[1]) === end && moment(range[1]) - moment(range[0]) === span : !span;
    button.setAttribute('aria-pressed', String(Boolean(isShown)));
  }
}

function moment(text) {
  return Date.parse(`${String(text).replace(' ', 'T').slice(0, 19)}Z`);
}

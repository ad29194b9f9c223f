/* The zoomable chart: range buttons, the brush below it, reset and full screen. Drawing and asking
   the server for detail belong to charts.js; here only the two charts talk to each other. */
document.addEventListener('click', (event) => {
  const at = (selector) => event.target.closest(selector);
  const button = at('[data-explorer] [data-range]'), card = event.target.closest('.explorer');
  if (!card) return;
  if (button) zoomTo(card, spanOf(card, button.dataset.seconds));
  if (at('[data-explorer-reset]')) zoomTo(card, wholeSpan(card));
  if (at('[data-explorer-full]')) document.fullscreenElement ? document.exitFullscreen() : card.requestFullscreen();
});

function wire(card) {
  const main = card.querySelector('#explorer-chart'), brush = card.querySelector('#explorer-overview');
  if (!main?.on || !brush?.on || main.dataset.wired) return;
  main.dataset.wired = brush.dataset.wired = 'yes';
  main.on('plotly_relayout', () => follow(card));
  main.on('plotly_doubleclick', () => { zoomTo(card, wholeSpan(card)); return false; });
  brush.on('plotly_selected', (chosen) => {
    const range = chosen?.range?.x;
    if (range) zoomTo(card, range);
    window.Plotly.relayout(brush, { selections: [] });
  });
  follow(card);
}

function zoomTo(card, [from, to]) {
  window.Plotly.relayout(card.querySelector('#explorer-chart'), { 'xaxis.range': [from, to], 'xaxis.autorange': false });
}

function wholeSpan(card) {
  return [card.dataset.start, card.dataset.end];
}

function spanOf(card, seconds) {
  const [start, end] = wholeSpan(card);
  if (!seconds) return [start, end];
  const first = new Date(`${end}Z`).getTime() - Number(seconds) * 1000;
  return [new Date(first).toISOString().slice(0, 19), end];
}

/* The brush and the buttons show which part is drawn above. */
function follow(card) {
  const main = card.querySelector('#explorer-chart'), brush = card.querySelector('#explorer-overview');
  const range = main.layout?.xaxis?.range;
  if (!range || !brush.layout) return;
  const [from, to] = range.map(moment), [start, end] = wholeSpan(card).map(moment);
  const seconds = Math.round((Math.min(to, end) - Math.max(from, start)) / 1000);
  for (const button of card.querySelectorAll('[data-range]')) {
    const wanted = Number(button.dataset.seconds) || Math.round((end - start) / 1000);
    const isAtEnd = Math.abs(to - end) <= (end - start) * 0.001 || to > end;
    button.setAttribute('aria-pressed', String(isAtEnd && Math.abs(seconds - wanted) <= wanted * 0.01));
  }
  const isWhole = from <= start && to >= end;
  const style = getComputedStyle(document.documentElement);
  window.Plotly.relayout(brush, {
    shapes: isWhole ? [] : [{
      type: 'rect', x0: range[0], x1: range[1], yref: 'paper', y0: 0, y1: 1,
      fillcolor: colour(style, '--chart-band-80'), line: { color: colour(style, '--accent'), width: 1.5 },
    }],
  });
  const status = card.querySelector('[data-explorer-status]');
  if (status) status.textContent = status.dataset.say.replace('{start}', String(range[0]).slice(0, 16)).replace('{end}', String(range[1]).slice(0, 16));
}

function moment(text) {
  return new Date(`${String(text).replace(' ', 'T').slice(0, 19)}Z`).getTime();
}

function colour(style, token) {
  return window.Almanac?.colour(token.slice(2)) ?? style.getPropertyValue(token);
}

const look = () => document.querySelectorAll('.explorer').forEach(wire);
for (const name of ['chart:drawn', 'htmx:afterSettle']) document.addEventListener(name, look);
look();

/* Mounts .chart[data-chart-url] (a figure as JSON) and .chart[data-chart="#id"] (a figure in the
   page), drawn when scrolled into view. With data-chart-range-url a zoom asks the server for detail:
   ?start=&end=&width=. Fires chart:drawn, chart:range and chart:failed on the element. */
import { config, dressed, plotly, resolved } from './plot-style.js';
import { showTable } from './chart-table.js';
import { word } from './words.js';

const SETTLE = 150;
const known = new Map();

/* Large series are drawn by the graphics card where there is one that pages may use. */
const hasWebGL = (() => { try { return Boolean(document.createElement('canvas').getContext('webgl')); } catch { return false; } })();
const drawable = (trace) => (trace.type === 'scattergl' && !hasWebGL ? { ...trace, type: 'scatter' } : trace);

/* Where the clock is put back time would run backwards: the line is drawn in two parts. The figure
   itself keeps its points, for the table and for what is taken away. */
function parted(trace) {
  const back = trace.meta?.back;
  if (!back?.length || trace.fill || !/lines/.test(trace.mode ?? '')) return trace;
  const { length } = trace.x, part = (values) => values.flatMap((value, at) => (back.includes(at) ? [null, value] : [value]));
  const lists = Object.entries(trace).filter(([, value]) => Array.isArray(value) && value.length === length);
  const x = trace.x.flatMap((at, index) => (back.includes(index) ? [at, at] : [at]));
  return { ...trace, ...Object.fromEntries(lists.map(([key, value]) => [key, part(value)])), x, connectgaps: false };
}

class Chart {
  constructor(element) {
    this.element = element;
    this.asked = 0;
    this.resizer = new ResizeObserver(() => this.resize());
  }

  /* Reads the figure from where the element says it is; quietly keeps the old one while waiting. */
  async load({ range = null } = {}) {
    const { chart, chartUrl, chartRangeUrl } = this.element.dataset;
    if (chart) return this.show(JSON.parse(document.querySelector(chart).textContent), range);
    const url = new URL((range && chartRangeUrl) || chartUrl, location.href);
    url.searchParams.set('width', String(this.width));
    if (range) { url.searchParams.set('start', range[0]); url.searchParams.set('end', range[1]); }
    return this.ask(url, range);
  }

  async ask(url, range = null) {
    const number = this.asked += 1;
    this.element.dataset.state = this.figure ? 'asking' : 'waiting';
    let answer, figure;
    try {
      answer = await fetch(url, { headers: { Accept: 'application/json' } });
      figure = await answer.json();
    } catch { figure = null; }
    if (number !== this.asked || !this.element.isConnected) return;
    if (!answer?.ok || !figure?.data) this.fail(figure?.error, () => this.ask(url, range));
    else await this.show(figure, range);
  }

  async show(figure, range = null) {
    this.figure = figure;
    this.range = range;
    if (!figure.data?.length) { this.say(figure.empty || word('chart-empty')); return; }
    await this.paint();
    this.element.dispatchEvent(new CustomEvent('chart:drawn', { bubbles: true, detail: { figure, range } }));
  }

  async paint() {
    const Plotly = await plotly().catch(() => null);
    if (!Plotly) { this.fail(null, () => this.paint()); return; }
    if (!this.figure || !this.element.isConnected) return;
    this.clearSaid();
    const layout = dressed(this.figure, this.element.clientWidth, this.range);
    await Plotly.react(this.element, resolved(this.figure.data).map(parted).map(drawable), { ...layout, height: this.element.clientHeight || undefined }, config());
    this.element.dataset.state = 'drawn';
    if (!this.isWired) this.wire();
    if (this.table) this.table = showTable(this.element, this.figure, this.table);
  }

  wire() {
    this.isWired = true;
    this.resizer.observe(this.element);
    this.element.on('plotly_relayout', (change) => this.zoomed(change));
    this.element.on('plotly_doubleclick', () => this.reset());
  }

  zoomed(change) {
    const from = change['xaxis.range[0]'] ?? change['xaxis.range']?.[0], to = change['xaxis.range[1]'] ?? change['xaxis.range']?.[1];
    if (from === undefined || to === undefined) return;
    this.setRange([from, to]);
  }

  setRange(range) {
    this.range = range.map((at) => (typeof at === 'string' ? at.replace(' ', 'T').slice(0, 19) : at));
    this.element.dispatchEvent(new CustomEvent('chart:range', { bubbles: true, detail: { range: this.range } }));
    clearTimeout(this.timer);
    if (this.element.dataset.chartRangeUrl) this.timer = setTimeout(() => this.load({ range: this.range }), SETTLE);
    else this.paint();
  }

  reset() {
    this.range = null;
    clearTimeout(this.timer);
    this.element.dispatchEvent(new CustomEvent('chart:range', { bubbles: true, detail: { range: null } }));
    if (this.element.dataset.chartRangeUrl) this.load();
    else this.paint();
  }

  get width() {
    return Math.min(Math.max(Math.round(this.element.clientWidth), 100), 4000);
  }

  resize() {
    if (this.element.isConnected && this.element.dataset.state === 'drawn' && this.element.clientWidth) window.Plotly?.Plots.resize(this.element);
    if (!this.element.isConnected) this.resizer.disconnect();
  }

  fail(error, again) {
    this.element.dispatchEvent(new CustomEvent('chart:failed', { bubbles: true, detail: error }));
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn small';
    button.textContent = word('retry');
    button.addEventListener('click', again);
    this.say([error?.message, error?.hint].filter(Boolean).join(' ') || word('chart-failed'), button);
  }

  /* A sentence in place of the picture. */
  say(text, ...more) {
    if (this.isWired) { window.Plotly?.purge(this.element); this.isWired = false; this.resizer.disconnect(); }
    const box = document.createElement('div'), words = document.createElement('p');
    box.className = 'chart-said';
    words.textContent = text;
    box.append(words, ...more);
    if (this.element.getAttribute('role') === 'img') this.element.setAttribute('role', 'group');
    this.element.dataset.state = 'said';
    this.element.replaceChildren(box);
  }

  clearSaid() {
    if (this.element.dataset.state === 'said') this.element.replaceChildren();
    if (this.element.getAttribute('role') === 'group') this.element.setAttribute('role', 'img');
  }
}

/* The chart of an element, made when there is none yet. */
export function chartOf(element) {
  if (!known.has(element)) known.set(element, new Chart(element));
  return known.get(element);
}

/* For page modules: draw this figure here, now. */
export function draw(element, figure, range = null) {
  return chartOf(element).show(figure, range);
}

/* After new attributes arrived on a drawn chart: read its figure again where it may have changed. */
export function update(element) {
  const chart = known.get(element);
  if (!chart) { mountAll(); return; }
  const source = element.dataset.chart || `${element.dataset.chartUrl}#${element.dataset.chartVersion ?? ''}`;
  if (!element.dataset.chart && source === chart.source) return;
  chart.source = source;
  if (chart.figure) chart.load({ range: chart.range });
}

const inView = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    inView.unobserve(target);
    const chart = chartOf(target);
    chart.source = target.dataset.chart || `${target.dataset.chartUrl}#${target.dataset.chartVersion ?? ''}`;
    chart.load();
  }
}, { rootMargin: '200px' });

function mountAll() {
  for (const element of document.querySelectorAll('.chart:is([data-chart], [data-chart-url])')) {
    if (known.has(element)) continue;
    chartOf(element);
    element.dataset.state = 'waiting';
    plotly().catch(() => {}); // it loads while the figure is asked for; a failure shows when drawing
    inView.observe(element);
  }
  for (const element of known.keys()) if (!element.isConnected) { inView.unobserve(element); known.delete(element); }
}

function repaint() {
  for (const chart of known.values()) if (chart.figure?.data?.length && chart.element.dataset.state !== 'said') chart.paint();
}

document.addEventListener('click', (event) => {
  const target = (name) => {
    const button = event.target.closest(`[data-chart-${name}]`);
    return button && [button, document.querySelector(button.getAttribute(`data-chart-${name}`))];
  };
  const reset = target('reset'), table = target('table');
  if (reset?.[1]) chartOf(reset[1]).reset();
  if (table?.[1]) toggleTable(...table);
});

/* Range buttons: <div class="seg" data-chart-ranges="#chart"><button value="604800">, "" is all. */
document.addEventListener('seg:chosen', (event) => {
  const group = event.target.closest('[data-chart-ranges]');
  const chart = group && chartOf(document.querySelector(group.dataset.chartRanges));
  if (!chart) return;
  const seconds = Number(event.detail), end = chart.element.dataset.end ?? lastTime(chart.figure);
  if (!seconds || !end) { chart.reset(); return; }
  const last = Date.parse(`${String(end).replace(' ', 'T').slice(0, 19)}Z`);
  chart.setRange([last - seconds * 1000, last].map((at) => new Date(at).toISOString().slice(0, 19)));
});

/* A brush: <div class="chart" data-chart-brush="#chart"> below; its selection is the range above. */
document.addEventListener('chart:drawn', (event) => {
  const brush = event.target, main = brush.dataset.chartBrush && document.querySelector(brush.dataset.chartBrush);
  if (!main || brush.isBrush) return;
  brush.isBrush = true;
  brush.on('plotly_selected', (chosen) => { if (chosen?.range?.x) chartOf(main).setRange(chosen.range.x); });
  main.addEventListener('chart:range', ({ detail }) => mark(brush, detail.range));
  mark(brush, chartOf(main).range);
});

function mark(brush, range) {
  if (!window.Plotly || !brush.isConnected || !brush.layout) return;
  const shapes = range ? [{ type: 'rect', x0: range[0], x1: range[1], yref: 'paper', y0: 0, y1: 1, fillcolor: Almanac.colour('chart-band-80'), line: { color: Almanac.colour('accent'), width: 1.5 } }] : [];
  window.Plotly.relayout(brush, { shapes, selections: [] });
}

function lastTime(figure) {
  const ends = (figure?.data ?? []).map(({ x }) => x?.at?.(-1)).filter(Boolean).map(String);
  return ends.sort().at(-1);
}

function toggleTable(button, element) {
  const chart = chartOf(element), isOn = button.getAttribute('aria-pressed') !== 'true';
  button.setAttribute('aria-pressed', String(isOn));
  if (isOn && chart.figure) chart.table = showTable(element, chart.figure, chart.table);
  else { chart.table?.remove(); chart.table = null; }
}

for (const name of ['htmx:afterSettle', 'live:settled']) document.addEventListener(name, mountAll);
document.addEventListener('DOMContentLoaded', mountAll);
new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ['data-theme'] });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
if (document.readyState !== 'loading') mountAll();

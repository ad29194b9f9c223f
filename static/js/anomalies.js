/* A press on the time of an anomaly shows that part of its series in the chart above. */
import { chartOf } from './charts.js';

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-anomaly-start]');
  const element = document.querySelector('#anomaly-chart');
  if (!button || !element) return;
  const { anomalyStart, anomalyEnd, anomalySeries } = button.dataset;
  const url = new URL(element.dataset.chartUrl, location.href);
  if (url.searchParams.get('series') !== anomalySeries) choose(element, url, anomalySeries);
  chartOf(element)?.setRange([anomalyStart, anomalyEnd]);
  element.scrollIntoView({ block: 'nearest' });
});

function choose(element, url, series) {
  url.searchParams.set('series', series);
  const address = url.pathname + url.search;
  element.dataset.chartUrl = address;
  element.dataset.chartRangeUrl = address;
  const select = document.querySelector('#watch-series');
  if (select) select.value = series;
}

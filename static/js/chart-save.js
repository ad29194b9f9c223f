/* [data-chart-save="#chart"] with the value png, svg or csv: the chart as a file. A picture is light,
   carries what the chart says as its title, when it was saved, and the receipt of what it shows. */
import { chartOf } from './charts.js';
import { dressed, plotly, resolved } from './plot-style.js';

const SIZE = { width: 1200, height: 600 };

document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-chart-save]');
  const element = button && document.querySelector(button.dataset.chartSave);
  const figure = element && chartOf(element).figure;
  if (!figure) return;
  button.closest('[popover]')?.hidePopover();
  const name = fileName(element);
  if (button.value === 'csv') save(new Blob([csv(figure)], { type: 'text/csv' }), `${name}.csv`);
  else save(await picture(element, figure, button.value), `${name}.${button.value}`);
});

async function picture(element, figure, format) {
  const Plotly = await plotly();
  const layout = dressed(figure, SIZE.width), data = resolved(figure.data);
  const says = element.getAttribute('aria-label') ?? '', colour = Almanac.colour('ink');
  const saved = `${element.dataset.chartName ?? ''} · ${new Date().toLocaleString(document.documentElement.lang)}`;
  const foot = [saved, element.closest('[data-receipt]')?.dataset.receipt].filter(Boolean).map(escaped).join('<br>');
  const url = await Plotly.toImage({ data, layout: {
    ...layout, ...SIZE,
    paper_bgcolor: Almanac.colour('surface'), plot_bgcolor: Almanac.colour('surface'),
    title: { text: wrapped(says), font: { size: 15, color: colour }, x: 0.02, xanchor: 'left', y: 0.97, yanchor: 'top' },
    margin: { l: 64, r: 24, t: 76, b: 104 }, showlegend: true, legend: { orientation: 'h', x: 0, y: -0.08, font: { color: colour } },
    annotations: [...(layout.annotations ?? []), { text: foot, align: 'right', xref: 'paper', yref: 'paper', x: 1, y: -0.14, xanchor: 'right', yanchor: 'top', showarrow: false, font: { size: 11, color: Almanac.colour('ink-3') } }],
  } }, { format, ...SIZE, scale: format === 'png' ? 2 : 1 });
  return (await fetchData(url));
}

/* Plotly reads a few tags in texts; names of people's columns are none. */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/* A data: address as a file; fetch() would be refused by the page's policy. */
async function fetchData(url) {
  const [head, body] = [url.slice(5, url.indexOf(',')), url.slice(url.indexOf(',') + 1)];
  if (!head.endsWith(';base64')) return new Blob([decodeURIComponent(body)], { type: head });
  return new Blob([Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))], { type: head.split(';')[0] });
}

/* Long, one row a point: every line with its times, as it is drawn. */
function csv(figure) {
  const rows = [['line', 'x', 'y']];
  figure.data.forEach(({ name = '', x, y, fill }, place) => {
    if (!x || !y) return;
    // A band is two lines, the lower one without a name.
    const above = figure.data[place + 1], isLow = above?.fill === 'tonexty';
    const called = isLow ? `${above.name} low` : fill === 'tonexty' ? `${name} high` : name;
    x.forEach((at, index) => rows.push([called, at, y[index] ?? '']));
  });
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`;
}

function cell(value) {
  const text = typeof value === 'string' && /^[=+@\t\r]|^-[^\d.]/.test(value) ? `'${value}` : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function wrapped(text, most = 130) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > most) lines.push('');
    lines[lines.length - 1] += `${word} `;
  }
  return lines.slice(0, 3).map((line) => line.trim()).join('<br>');
}

function fileName(element) {
  return (element.dataset.chartName ?? 'chart').trim().replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase().slice(0, 80) || 'chart';
}

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

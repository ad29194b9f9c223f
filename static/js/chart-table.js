/* The numbers behind a chart as a table below it, for reading and for screen readers. */
import { word } from './words.js';

const MOST = 500;

/* One format for a column: as many decimals in every row, six digits for its largest number. */
function formatOf(values) {
  const known = [...values].filter(Number.isFinite), size = Math.max(...known.map(Math.abs), 0);
  const most = size ? Math.min(Math.max(5 - Math.floor(Math.log10(size)), 0), 12) : 0;
  const used = known.map((value) => value.toFixed(most).replace(/\.?0+$/, '').split('.')[1]?.length ?? 0);
  const places = most ? Math.max(...used, 0) : 0;
  return new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: places, maximumFractionDigits: places });
}

/* The hour that comes twice stands there twice, the whole first one before the second. */
function inTime(a, b, notes) {
  const isTwice = a.note && b.note && a.at.slice(0, 10) === b.at.slice(0, 10);
  return (isTwice && notes.indexOf(a.note) - notes.indexOf(b.note)) || a.at.localeCompare(b.at);
}

export function showTable(element, figure, old = null) {
  const lines = figure.data.filter(({ x, y, hoverinfo }) => x && y && hoverinfo !== 'skip');
  const rows = new Map();
  lines.forEach(({ x, y, text }, column) => x.forEach((at, index) => {
    // In the hour that the clock shows twice the text tells the two apart.
    const note = text?.[index] ?? '', key = `${at}|${note}`;
    if (!rows.has(key)) rows.set(key, { at: String(at), note, values: [] });
    rows.get(key).values[column] = y[index];
  }));
  const box = document.createElement('div'), table = document.createElement('table');
  box.className = 'chart-table scroll-x';
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', element.getAttribute('aria-label') ?? '');
  table.className = 'table compact';
  const listed = [...rows.values()], isTime = listed.every(({ at }) => /^\d{4}-\d\d/.test(at));
  const head = table.createTHead().insertRow();
  [word(isTime ? 'time' : 'value'), ...lines.map(({ name }) => name || word('value'))].forEach((text, at) => {
    const cell = document.createElement('th');
    cell.scope = 'col';
    cell.className = at ? 'num' : '';
    cell.textContent = text;
    head.append(cell);
  });
  const isDaily = isTime && listed.every(({ at }) => /^.{10}(T00:00(:00)?)?$/.test(at));
  const formats = lines.map(({ y }) => formatOf(y));
  const body = table.createTBody(), notes = [...new Set(listed.map(({ note }) => note))];
  const ordered = listed.sort((a, b) => (isTime ? inTime(a, b, notes) : Number(a.at) - Number(b.at)));
  for (const { at: time, note, values } of ordered.slice(-MOST)) {
    const row = body.insertRow();
    row.insertCell().textContent = isTime ? `${time.replace('T', ' ').slice(0, isDaily ? 10 : 16)} ${note}`.trim() : time;
    lines.forEach((_, at) => {
      const cell = row.insertCell(), value = values[at];
      cell.className = 'num';
      cell.textContent = typeof value === 'number' ? formats[at].format(value).replace('-', '−') : '–';
    });
  }
  box.append(table);
  if (old) old.replaceWith(box);
  else element.after(box);
  return box;
}

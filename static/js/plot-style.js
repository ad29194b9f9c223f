/* Plotly in this page's colours and language. Figures name tokens, var(--chart-forecast); here they
   become colours of the theme that is on. */
const TOKEN = /^var\(--([\w-]+)\)$/;
// plotly.js adds a stylesheet for street maps unless an element with this id is there. We draw no
// maps, and the page's policy would refuse it with an error.
const MAP_STYLE = '9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53';
// Pixels that one label on the time axis needs.
const PER_TICK = 64;
// Left and right of the plot together.
const MARGINS = 56;
const isChinese = () => document.documentElement.lang.startsWith('zh');
let loading = null;
// A top-level const of a classic script is no property of window; page modules look there.
window.Almanac = Almanac;

/* Loads plotly.js once, when the first chart comes into view. */
export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) { resolve(window.Plotly); return; }
    const script = document.createElement('script'), map = document.createElement('meta');
    map.id = MAP_STYLE;
    document.head.append(map);
    script.src = document.body.dataset.plotly;
    script.addEventListener('load', () => resolve(window.Plotly));
    script.addEventListener('error', () => { loading = null; script.remove(); reject(new Error('plotly.js did not load')); });
    document.head.append(script);
  }).then((Plotly) => { register(Plotly); return Plotly; });
  return loading;
}

/* A copy of the figure with every token resolved. */
export function resolved(part) {
  if (typeof part === 'string') {
    const token = TOKEN.exec(part);
    return token ? Almanac.colour(token[1]) : part;
  }
  if (Array.isArray(part)) return part.length && typeof part[0] === 'number' ? part : part.map(resolved);
  if (part && typeof part === 'object') return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolved(value)]));
  return part;
}

/* The figure's layout in our clothes, for a plot of this width; further axes are dressed like the
   first. `range` is the part of the time axis to show, else all of it. */
export function dressed(figure, width, range = null) {
  const given = resolved(figure.layout ?? {}), base = Almanac.layout(given);
  for (const key of Object.keys(given)) {
    if (/^[xy]axis\d+$/.test(key)) base[key] = { ...Almanac.layout()[`${key[0]}axis`], ...given[key] };
  }
  for (const key of Object.keys(base)) {
    if (!/^xaxis\d*$/.test(key)) continue;
    const most = Math.max(Math.floor(width / PER_TICK), 2), axis = base[key];
    base[key] = { tickangle: 0, ...axis, nticks: Math.min(axis.nticks || 12, most) };
    if (isTime(axis) && !axis.tickformat) base[key].tickformatstops = timeStops();
  }
  // Notes would stretch the axis to make room for their words.
  const shown = range ?? base.xaxis.range ?? (isTime(base.xaxis) ? extent(figure.data) : null);
  if (shown) Object.assign(base.xaxis, { range: shown, autorange: false });
  base.hoverdistance = given.hoverdistance ?? reach(figure.data, shown, width);
  base.annotations = apart((base.annotations ?? []).map((note) => dressedNote(note, shown, width)), shown, width - MARGINS);
  return base;
}

/* Small print in rows under the top of a plot. */
function isSmallPrint({ showarrow, xref, yref, y }) {
  return !showarrow && xref !== 'paper' && yref === 'paper' && y > 0.5 && y < 0.95;
}

/* A caption at the top that the words of a note would cover moves to the bottom, or between. */
function apart(notes, shown, room) {
  const taken = notes.filter((note) => note.showarrow || isSmallPrint(note)).map((note) => ({
    reach: spans(note, shown, room)?.[note.xanchor], end: note.showarrow && note.ayref === 'y' && note.ay < note.y ? 0 : 1,
  }));
  return notes.map((note) => {
    const own = !note.showarrow && note.yref === 'paper' && !isSmallPrint(note) && spans(note, shown, room)?.[note.xanchor];
    const covered = (own ? taken : []).filter(({ reach: other }) => other && own[0] < other[1] && other[0] < own[1]).map(({ end }) => end);
    if (!covered.includes(1)) return note;
    return covered.includes(0) ? { ...note, y: 0.5, yanchor: 'middle' } : { ...note, y: 0, yanchor: 'bottom' };
  });
}

function dressedNote(note, shown, width) {
  if (!note.showarrow) {
    return { ...note, ...(isSmallPrint(note) && { bgcolor: Almanac.colour('surface'), borderpad: 1, xanchor: anchor(note, shown, width - MARGINS) }), font: { size: 11, color: Almanac.colour('chart-axis'), ...note.font } };
  }
  return {
    arrowwidth: 1, arrowhead: 0, arrowcolor: Almanac.colour('chart-axis'), bgcolor: Almanac.colour('surface'), borderpad: 2,
    ...note,
    xanchor: anchor(note, shown, width - MARGINS),
    font: { size: 11, color: Almanac.colour('ink'), ...note.font },
  };
}

/* From where to where the words of a note reach, in pixels, by the side that they are anchored at. */
function spans(note, shown, room) {
  const ends = shown?.map(Date.parse), at = ends && room * (Date.parse(note.x) - ends[0]) / (ends[1] - ends[0]);
  const size = (note.font?.size ?? 11) / 11;
  const words = size * [...String(note.text).replace(/<[^>]*>/g, '')].reduce((sum, letter) => sum + (letter > '\u2e80' ? 12 : 6.4), 6);
  if (!Number.isFinite(at)) return null;
  return { left: [at, at + words], center: [at - words / 2, at + words / 2], right: [at - words, at] };
}

/* Where the words of a note stay inside the plot; the figure's own wish when they do there. */
function anchor(note, shown, room) {
  const wish = note.xanchor ?? 'center', places = spans(note, shown, room);
  if (!places) return wish;
  const fits = (side) => places[side]?.[0] >= 0 && places[side][1] <= room;
  return [wish, 'center', 'right', 'left'].find(fits) ?? wish;
}

/* First and last time of all lines; nothing for bars and points, which need room beside them. */
function extent(data) {
  if (!data?.length || data.some(({ type, mode }) => !/^scatter/.test(type ?? 'scatter') || (mode ?? 'lines') !== 'lines')) return null;
  const times = data.flatMap(({ x }) => (x?.length ? [x[0], x.at(-1)] : [])).map(String);
  if (!times.length || !times.every((time) => /^\d{4}-\d\d/.test(time))) return null;
  times.sort();
  return times[0] === times.at(-1) ? null : [times[0], times.at(-1)];
}

/* How near the pointer must be: half a step, so that the box never mixes values of two times. */
function reach(data, shown, width) {
  const longest = (data ?? []).map(({ x }) => x ?? []).reduce((a, b) => (b.length > a.length ? b : a), []);
  const inside = shown ? longest.filter((at) => String(at) >= String(shown[0]) && String(at) <= String(shown[1])) : longest;
  const steps = Math.max(inside.length - 1, 1), whole = shown && inside.length > 1
    ? (Date.parse(inside.at(-1)) - Date.parse(inside[0])) / (Date.parse(shown[1]) - Date.parse(shown[0])) : 1;
  return Math.max(Math.ceil(width * (whole || 1) / steps / 2), 1);
}

export function config() {
  return { displayModeBar: false, locale: document.documentElement.lang, doubleClick: false, showTips: false };
}

function isTime(axis) {
  return axis.type === 'date' || axis.type === undefined;
}

function timeStops() {
  const day = 86_400_000, zh = isChinese();
  return [
    { dtickrange: [null, 60_000], value: '%H:%M:%S' },
    { dtickrange: [60_000, day / 2], value: '%H:%M' },
    { dtickrange: [day / 2, day - 1], value: zh ? '%-d日 %H:%M' : '%-d %b %H:%M' },
    { dtickrange: [day, day * 6], value: zh ? '%-m月%-d日' : '%a %-d' },
    { dtickrange: [day * 6, 'M1'], value: zh ? '%-m月%-d日' : '%-d %b' },
    { dtickrange: ['M1', 'M12'], value: zh ? '%Y年%-m月' : '%b %Y' },
    { dtickrange: ['M12', null], value: zh ? '%Y年' : '%Y' },
  ];
}

/* The wheel brings no locales. */
function register(Plotly) {
  const months = Array.from({ length: 12 }, (_, at) => `${at + 1}月`);
  Plotly.register({
    moduleType: 'locale',
    name: 'zh',
    dictionary: {
      'Autoscale': '自动缩放', 'Box Select': '矩形框选', 'Double-click on legend to isolate one trace': '双击图例以单独显示',
      'Double-click to zoom back out': '双击还原缩放', 'Download plot as a PNG': '下载为 PNG', 'Lasso Select': '套索选择',
      'Loading': '加载中', 'Pan': '平移', 'Reset': '重置', 'Reset axes': '重置坐标轴', 'Zoom': '缩放', 'Zoom in': '放大', 'Zoom out': '缩小',
      'trace': '序列', 'max': '最大', 'mean': '均值', 'median': '中位数', 'min': '最小', 'lower fence': '下边界', 'upper fence': '上边界', 'q1': '下四分位', 'q3': '上四分位',
    },
    format: {
      days: ['星期日', '星期一', '星期二', '星期三', '星期四', '星期五', '星期六'],
      shortDays: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'],
      months,
      shortMonths: months,
      periods: ['上午', '下午'],
      dateTime: '%Y-%m-%d %H:%M:%S',
      date: '%Y-%m-%d',
      time: '%H:%M:%S',
      decimal: '.',
      thousands: ',',
      year: '%Y年',
      month: '%Y年%-m月',
      dayMonth: '%-m月%-d日',
      dayMonthYear: '%Y年%-m月%-d日',
    },
  });
}

/* Keeps "2 min ago" true while the page stays open. */
import { word } from './words.js';

const MINUTE = 60, HOUR = 3600, DAY = 86400;
const inWords = new Intl.NumberFormat(document.documentElement.lang);
const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { style: 'short', numeric: 'always' });

setInterval(() => document.querySelectorAll('time[data-ago]').forEach(refresh), 30_000);

function refresh(time) {
  const seconds = (Date.now() - Date.parse(time.dateTime)) / 1000;
  if (seconds < 45 || seconds > 30 * DAY) {
    if (seconds < 45) time.textContent = word('just-now');
    return;
  }
  if (seconds < 90 * MINUTE) time.textContent = said(Math.max(Math.round(seconds / MINUTE), 1), 'minute', 'min');
  else if (seconds < 36 * HOUR) time.textContent = said(Math.round(seconds / HOUR), 'hour', 'h');
  else time.textContent = said(Math.round(seconds / DAY), 'day', 'd');
}

function said(count, unit, short) {
  return document.documentElement.lang.startsWith('en') ? `${inWords.format(count)} ${short} ago` : relative.format(-count, unit);
}

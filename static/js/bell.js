/* The bell: one line for the person, polling while it is away. The menu is asked for when opened. */
const POLL = 30_000, SLOWEST = 60_000, REFUSED = new Set([4401, 4404]);
const bell = document.querySelector('[data-bell]');
const menu = document.getElementById('notes');
let socket = null, tries = 0, poll = null, isOver = false, newest = null, isFirst = true;

function connect() {
  const url = new URL('/ws/me/', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  socket = new WebSocket(url);
  socket.addEventListener('message', ({ data }) => {
    tries = 0;
    clearInterval(poll);
    poll = null;
    show(JSON.parse(data));
  });
  socket.addEventListener('close', ({ code }) => lost(code));
}

function lost(code) {
  socket = null;
  if (isOver) return;
  poll ??= setInterval(ask, POLL);
  if (REFUSED.has(code)) return;
  const wait = Math.min(1000 * 2 ** tries, SLOWEST) * (0.75 + Math.random() / 2);
  tries += 1;
  setTimeout(connect, wait);
}

async function ask() {
  let answer;
  try {
    answer = await fetch(bell.dataset.bellUrl, { headers: { 'HX-Request': 'true' } });
  } catch { return; }
  if (answer.status === 401) { stop(); return; }
  if (answer.ok) show(await answer.json());
}

function show(state) {
  const badge = bell.querySelector('[data-bell-badge]');
  badge.hidden = !state.unread;
  bell.setAttribute('aria-label', state.label);
  if (menu?.matches(':popover-open')) load();
  announce(state.newest);
  document.dispatchEvent(new CustomEvent('bell:changed', { detail: state }));
}

/* What was there when the page came is not read out; what comes later is, once. */
function announce(found) {
  const mark = found ? `${found.id} ${found.count}` : null;
  const isNew = mark && mark !== newest && !isFirst;
  newest = mark ?? newest;
  isFirst = false;
  const region = document.getElementById('announcements');
  if (isNew && region) region.textContent = found.title;
  if (isNew) document.dispatchEvent(new CustomEvent('bell:news', { detail: found }));
}

function load() {
  window.htmx?.trigger('#notes-content', 'notes-open');
}

function stop() {
  isOver = true;
  clearInterval(poll);
  socket?.close();
}

if (bell) {
  connect();
  menu?.addEventListener('toggle', (event) => { if (event.newState === 'open') load(); });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && socket?.readyState === WebSocket.OPEN) socket.send('{}');
  });
  addEventListener('pagehide', (event) => { if (!event.persisted) stop(); });
}

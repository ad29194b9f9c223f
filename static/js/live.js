/* Mounts [data-live-job]: one WebSocket, polling while it is away, newest state wins.
   The server sends HTML; elements are replaced by id. Fires job:changed and job:done. */
import { update as updateChart } from './charts.js';

const POLL = 2000, SLOWEST = 15_000, ENDED = new Set(['succeeded', 'failed', 'cancelled']);
const REFUSED = new Set([4401, 4404]);
const AIMING = 1500;
const mounted = new WeakSet();
let movedAt = -AIMING;

class LiveJob {
  constructor(element) {
    this.element = element;
    this.seq = -1;
    this.tries = 0;
    this.connect();
  }

  get isGone() {
    return !this.element.isConnected || this.isOver;
  }

  connect() {
    if (this.isGone) return;
    const url = new URL(this.element.dataset.wsUrl, location.href);
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.socket = new WebSocket(url);
    this.socket.addEventListener('message', ({ data }) => {
      this.tries = 0;
      this.stopPolling();
      this.take(JSON.parse(data));
    });
    this.socket.addEventListener('close', ({ code }) => this.lost(code));
  }

  lost(code) {
    this.socket = null;
    if (this.isGone) { this.stop(); return; }
    this.startPolling();
    if (REFUSED.has(code)) return;
    const wait = Math.min(500 * 2 ** this.tries, SLOWEST) * (0.75 + Math.random() / 2);
    this.tries += 1;
    this.retry = setTimeout(() => this.connect(), wait);
  }

  startPolling() {
    if (this.poll) return;
    this.poll = setInterval(() => this.ask(), POLL);
    this.ask();
  }

  stopPolling() {
    clearInterval(this.poll);
    this.poll = null;
  }

  async ask() {
    if (this.isGone) { this.stop(); return; }
    let answer;
    try {
      answer = await fetch(this.element.dataset.pollUrl, { headers: { 'HX-Request': 'true' } });
    } catch { return; }
    if (answer.status === 401 || answer.status === 404) { this.stop(); return; }
    if (!answer.ok) return;
    this.take({
      seq: Number(answer.headers.get('X-Job-Seq') ?? this.seq + 1),
      state: answer.headers.get('X-Job-State') ?? '',
      html: await answer.text(),
    });
  }

  wake() {
    if (this.isGone) this.stop();
    else if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ looking: !document.hidden }));
  }

  take(message) {
    if (this.isGone) { this.stop(); return; }
    if (message.html === undefined) return; // the bell alone: the fragment follows
    const isEnd = ENDED.has(message.state);
    if (message.seq < this.seq || (message.seq === this.seq && !isEnd)) return;
    this.seq = message.seq;
    swapById(this.element, message.html);
    const detail = { job: this.element.dataset.liveJob, state: message.state, progress: message.progress, seq: message.seq };
    this.element.dispatchEvent(new CustomEvent('job:changed', { bubbles: true, detail }));
    if (isEnd) this.end(detail);
  }

  end(detail) {
    this.stop();
    this.element.dispatchEvent(new CustomEvent('job:done', { bubbles: true, detail }));
    const then = this.element.dataset.liveThen;
    if (!then) return;
    const url = new URL(then, location.href);
    if (url.pathname === location.pathname && url.search === location.search) location.reload();
    else location.assign(url);
  }

  stop() {
    this.isOver = true;
    this.stopPolling();
    clearTimeout(this.retry);
    this.socket?.close();
  }
}

/* The same for what another module has fetched. */
export function placeById(container, html) {
  swapById(container, html);
}

/* Each top-level element takes the place of the one with its id; [data-live-only] names those that may. */
function swapById(container, html) {
  const only = container.dataset.liveOnly?.split(' ');
  const fresh = new DOMParser().parseFromString(`<body><template>${html}</template>`, 'text/html').querySelector('template').content;
  for (const next of [...fresh.children]) {
    if (only && !only.includes(next.id)) continue;
    const old = next.id ? document.getElementById(next.id) : null;
    if (!old) {
      if (next.id && !container.children.length) { container.append(document.adoptNode(next)); settle(next); }
      continue;
    }
    if (mustWait(old)) hold(old, next);
    else replace(old, next);
  }
}

function mustWait(old) {
  const focused = document.activeElement;
  if (old.contains(focused) && focused.matches('input, select, textarea, [contenteditable="true"]')) return true;
  // A button replaced between press and release loses its click; replaced before the answer came, its refusal.
  if (old.querySelector(':active, .htmx-request, :popover-open')) return true;
  return performance.now() - movedAt < AIMING && old.querySelector('[data-hold-hover]:hover') !== null;
}

/* A pointer that rests aims at nothing: what lies under it goes on. */
document.addEventListener('pointermove', () => { movedAt = performance.now(); }, { passive: true });
/* Nor does one that has hit. */
document.addEventListener('htmx:beforeRequest', ({ target }) => target.closest?.('[data-hold-hover]')?.removeAttribute('data-hold-hover'));

/* While someone presses, aims at or types in it, the newest version waits. */
function hold(old, next) {
  const isWaiting = old.pendingFragment !== undefined;
  old.pendingFragment = next;
  if (isWaiting) return;
  const listening = new AbortController();
  const release = () => setTimeout(() => {
    if (old.isConnected && mustWait(old)) return;
    listening.abort();
    if (!old.isConnected) return;
    const newest = old.pendingFragment;
    delete old.pendingFragment;
    replace(old, newest);
  });
  const again = setInterval(release, AIMING / 3);
  listening.signal.addEventListener('abort', () => clearInterval(again));
  for (const name of ['pointerout', 'focusout']) old.addEventListener(name, release, listening);
  for (const name of ['pointerup', 'pointercancel', 'keyup', 'htmx:afterRequest']) document.addEventListener(name, release, listening);
}

function replace(old, next) {
  const focus = focusIn(old);
  document.adoptNode(next);
  const charts = keepCharts(old, next);
  keepOpen(old, next);
  announce(old, next);
  const aside = scrolled(old);
  old.replaceWith(next);
  aside.forEach((left, at) => { const box = next.querySelectorAll('.scroll-x')[at]; if (box) box.scrollLeft = left; });
  settle(next);
  charts.forEach(updateChart);
  if (focus) focusAgain(next, focus);
}

function settle(element) {
  window.htmx?.process(element);
  element.dispatchEvent(new CustomEvent('live:settled', { bubbles: true }));
}

/* A drawn chart moves over and is redrawn in place, so that it neither flickers nor loses its zoom. */
function keepCharts(old, next) {
  const kept = [];
  const all = next.matches('.chart[id]') ? [next] : [...next.querySelectorAll('.chart[id]')];
  for (const fresh of all) {
    const drawn = old.querySelector(`#${CSS.escape(fresh.id)}`);
    if (!drawn?.classList.contains('chart') || fresh === next) continue;
    for (const { name, value } of [...fresh.attributes]) if (!['class', 'style'].includes(name)) drawn.setAttribute(name, value);
    fresh.replaceWith(drawn);
    kept.push(drawn);
  }
  return kept;
}

/* How far wide tables were moved aside. */
function scrolled(old) {
  return [...old.querySelectorAll('.scroll-x')].map((box) => box.scrollLeft);
}

function keepOpen(old, next) {
  for (const details of old.querySelectorAll('details[id]')) {
    const same = next.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = details.open;
  }
}

/* Milestones only: text in data-announce is read out when it changes, percentages never are. */
function announce(old, next) {
  const said = (element) => (element.matches('[data-announce]') ? element : element.querySelector('[data-announce]'))?.textContent.trim() ?? '';
  const text = said(next), region = document.getElementById('announcements');
  if (text && text !== said(old) && region) region.textContent = text;
}

/* Which one of its kind has the focus, to give it back after the swap. */
function focusIn(root) {
  const focused = document.activeElement;
  if (!root.contains(focused) || focused === document.body) return null;
  const tag = focused.tagName.toLowerCase();
  return { id: focused.id, tag, at: [...root.querySelectorAll(tag)].indexOf(focused) };
}

function focusAgain(root, { id, tag, at }) {
  const target = (id && document.getElementById(id)) || [...root.querySelectorAll(tag)][at];
  target?.focus({ preventScroll: true });
}

const jobs = new Set();

function mountAll() {
  for (const element of document.querySelectorAll('[data-live-job]')) {
    if (mounted.has(element)) continue;
    mounted.add(element);
    jobs.add(new LiveJob(element));
  }
  for (const job of jobs) if (job.isGone) { job.stop(); jobs.delete(job); }
}

for (const name of ['htmx:afterSettle', 'live:settled']) document.addEventListener(name, mountAll);
document.addEventListener('visibilitychange', () => jobs.forEach((job) => job.wake()));
mountAll();

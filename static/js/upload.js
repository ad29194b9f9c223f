/* Files dropped anywhere, pasted or chosen: each gets a line with its bytes, then its rows. One file
   leads on to its page; of several, each line does. Without this script the form posts one file.
   Words come from the form's template, never from here. */
import { Changed, Refused, Sending, discard, unfinished } from './tus.js';

const AT_ONCE = 2;
const form = document.querySelector('[data-upload]');
if (form) start(form);

function start(zone) {
  const find = (name) => zone.querySelector(`[data-drop-${name}]`);
  const title = find('title'), line = find('line'), idle = [title.textContent, line.textContent];
  const list = document.querySelector('[data-arrivals]');
  const limit = Number(zone.dataset.maxBytes);
  const waiting = [], active = new Set();
  let running = 0, depth = 0, given = 0;

  const word = (key, values = {}) => {
    const text = find('words').content.querySelector(`[data-word="${key}"]`).textContent;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  };
  const show = (state, head, text) => {
    zone.dataset.state = state;
    title.textContent = head;
    line.textContent = text;
  };
  const rest = () => show('idle', ...idle);

  const take = (files) => {
    rest();
    const chosen = [...files];
    given += chosen.length;
    for (const file of chosen) {
      const arrival = new Arrival(list, word, file.name);
      if (!file.size) arrival.refuse(word('empty'));
      else if (file.size > limit) arrival.refuse(word('large', { size: bytes(file.size), limit: bytes(limit) }));
      else { arrival.line(word('waiting')); waiting.push([file, arrival]); }
    }
    next();
  };
  const next = () => {
    while (running < AT_ONCE && waiting.length) send(...waiting.shift());
  };
  const send = async (file, arrival) => {
    running += 1;
    const sending = new Sending(file, {
      url: zone.dataset.uploadsUrl,
      person: zone.dataset.person,
      metadata: { review: '1' },
      onProgress: (sent, total, seconds, fresh) => {
        const left = fresh ? seconds * (total - sent) / fresh : 0;
        arrival.at(sent / total);
        arrival.line(word(seconds > 1 ? 'left' : 'sent', { sent: bytes(sent), total: bytes(total), left: clock(left) }));
      },
      onWait: (isLost) => {
        arrival.state(isLost ? 'lost' : 'sending');
        if (isLost) { arrival.line(word('lost')); arrival.offer('go', word('retry'), () => sending.goOn()); }
      },
    });
    active.add(`${file.name}:${file.size}`);
    arrival.forgetEarlier(file);
    arrival.state('sending');
    arrival.line(word('sent', { sent: bytes(0), total: bytes(file.size) }));
    arrival.offer('stop', word('cancel'), () => { sending.cancel(); arrival.end('cancelled', word('cancelled')); });
    try {
      const done = await sending.run();
      arrival.at(1);
      if (given === 1) { arrival.line(word('arrived')); location.assign(done.page); return; }
      arrival.whole(done);
    } catch (error) {
      if (error instanceof Changed) arrival.refuse(word('changed'));
      else if (error.name !== 'AbortError') {
        arrival.refuse((error instanceof Refused && error.message) || word('refused'));
        arrival.offer('go', word('again'), () => { arrival.reset(); waiting.push([file, arrival]); next(); });
      }
    } finally {
      running -= 1;
      next();
    }
  };

  zone.querySelector('input[type="file"]').addEventListener('change', (event) => { take(event.target.files); event.target.value = ''; });
  addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    depth += 1;
    show('over', word('over'), word('over-line'));
  });
  addEventListener('dragover', (event) => { if (carriesFiles(event)) event.preventDefault(); });
  addEventListener('dragleave', (event) => {
    if (!carriesFiles(event)) return;
    depth -= 1;
    if (depth <= 0) { depth = 0; rest(); }
  });
  addEventListener('drop', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    take(event.dataTransfer.files);
  });
  addEventListener('paste', (event) => {
    if (event.target.closest('input, textarea, [contenteditable]')) return;
    const data = event.clipboardData, text = data.getData('text/plain');
    if (data.files.length) take(data.files);
    else if (/[\t,;|]/.test(text) && text.includes('\n')) take([new File([text], `${word('pasted')}.csv`, { type: 'text/csv' })]);
  });
  addEventListener('beforeunload', (event) => { if (running && given > 1) event.preventDefault(); });
  showUnfinished(zone, list, word, active);
}

/* What had not arrived whole when the page was left: the same file goes on, or it is given up. */
async function showUnfinished(zone, list, word, active) {
  for (const upload of await unfinished(zone.dataset.uploadsUrl).catch(() => [])) {
    if (active.has(`${upload.name}:${upload.size}`)) continue;
    const arrival = new Arrival(list, word, upload.name);
    arrival.element.dataset.earlier = `${upload.name}:${upload.size}`;
    arrival.at(upload.received / upload.size);
    arrival.state('lost');
    arrival.line(word('unfinished', { sent: bytes(upload.received), total: bytes(upload.size) }));
    arrival.offer('stop', word('forget'), async () => {
      await discard(`${zone.dataset.uploadsUrl}${upload.id}/`);
      arrival.end('cancelled', word('cancelled'));
    });
  }
}

class Arrival {
  constructor(list, word, name) {
    this.word = word;
    this.list = list;
    this.element = document.querySelector('[data-arrival]').content.firstElementChild.cloneNode(true);
    this.find('name').textContent = name;
    this.find('bar').setAttribute('aria-label', word('progress', { name }));
    list.append(this.element);
    list.hidden = false;
  }

  find(part) {
    return this.element.querySelector(`[data-arrival-${part}]`);
  }

  state(name) {
    this.element.dataset.state = name;
    if (name === 'sending') this.find('go').hidden = true;
  }

  line(text) {
    this.find('line').textContent = text;
  }

  at(share) {
    const percent = Math.round(share * 100), bar = this.find('bar');
    bar.setAttribute('aria-valuenow', percent);
    bar.firstElementChild.style.setProperty('--at', `${percent}%`);
  }

  offer(which, text, act) {
    const button = this.find(which);
    button.textContent = text;
    button.onclick = act;
    button.hidden = false;
  }

  reset() {
    this.find('line').removeAttribute('role');
    for (const which of ['go', 'stop']) this.find(which).hidden = true;
    this.find('bar').hidden = false;
    this.at(0);
    this.state('sending');
    this.line(this.word('waiting'));
  }

  refuse(text) {
    this.end('refused', text);
    this.find('line').setAttribute('role', 'alert');
  }

  end(state, text) {
    this.state(state);
    this.line(text);
    this.find('bar').hidden = true;
    for (const which of ['go', 'stop']) this.find(which).hidden = true;
  }

  /* The bytes are here: the rows are counted live, then the line leads to the mapper. */
  whole({ page, job }) {
    this.end('whole', this.word('arrived'));
    const open = this.find('open'), live = this.find('job');
    open.href = page;
    open.textContent = this.word('review');
    open.hidden = false;
    if (!job) return;
    live.addEventListener('job:done', ({ detail }) => {
      const isRead = detail.state === 'succeeded';
      live.hidden = isRead;
      this.state(isRead ? 'whole' : 'refused');
      this.line(this.word(isRead ? 'read' : 'refused'));
      if (!isRead) open.textContent = this.word('why');
    });
    live.hidden = false;
    live.dataset.liveJob = job;
    live.dataset.wsUrl = `/ws/jobs/${job}/`;
    live.dataset.pollUrl = `/jobs/${job}/fragment/`;
    live.dispatchEvent(new CustomEvent('live:settled', { bubbles: true }));
  }

  /* A file that goes on takes the place of the line that waited for it. */
  forgetEarlier(file) {
    this.list.querySelector(`[data-earlier="${CSS.escape(`${file.name}:${file.size}`)}"]`)?.remove();
  }
}

function carriesFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes('Files');
}

function bytes(count) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), 3);
  const style = { style: 'unit', unit: units[power], unitDisplay: power ? 'short' : 'long', maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(count / 1000 ** power);
}

function clock(seconds) {
  const whole = Math.max(Math.ceil(seconds), 1);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

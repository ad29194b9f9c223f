/* A file sent in pieces by tus 1.0: it goes on where it stopped, after a lost connection and after
   a reload. A piece is a slice of the file on disk, so no file is ever held in memory. */
import { csrfToken } from './csrf.js';

const VERSION = '1.0.0', SMALLEST = 1024 ** 2, PIECE = 8 * 1024 ** 2, LARGEST = 32 * 1024 ** 2;
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];

export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/* The file on disk is no longer the one that was chosen. */
export class Changed extends Error {}

export class Sending {
  /* options: { url, person, onProgress(sent, total, seconds), onWait(isLost), metadata } */
  constructor(file, options) {
    this.file = file;
    this.options = options;
    this.key = `upload:${options.person}:${file.name}:${file.size}:${file.lastModified}`;
    this.piece = PIECE;
    this.stopping = new AbortController();
  }

  /* Where the dataset is once the file is whole: { page, job, dataset }. Throws Refused, or AbortError. */
  async run() {
    let at = await this.findEarlier();
    if (at === null) at = await this.create();
    this.resumed = at;
    const began = performance.now(), from = at;
    for (let tries = 0; ;) {
      try {
        const answer = await this.sendFrom(at);
        tries = 0;
        if (answer.page) { this.forget(); return answer; }
        at = answer.at;
        this.options.onProgress(at, this.file.size, (performance.now() - began) / 1000, at - from);
      } catch (error) {
        if (error.name === 'AbortError') throw error;
        if (error instanceof Refused && !this.mayTryAgain(error)) { this.forget(); throw error; }
        if (!(await this.isReadable(at))) { await this.cancel(); throw new Changed(); }
        this.piece = Math.max(this.piece / 4, SMALLEST);
        this.options.onWait(true);
        await this.pause(WAITS[Math.min(tries, WAITS.length - 1)]);
        tries += 1;
        const known = await this.offset().catch(() => null);
        if (known === undefined) at = await this.create();
        else if (known !== null) { at = known; this.options.onWait(false); }
      }
    }
  }

  async isReadable(at) {
    try {
      await this.file.slice(at, at + 1).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  }

  mayTryAgain({ status }) {
    return status === 408 || status === 409 || status === 423 || status === 429 || status >= 500;
  }

  goOn() {
    this.wake?.();
  }

  /* Give up: what has arrived is removed as well. */
  async cancel() {
    this.stopping.abort();
    const address = this.address ?? localStorage.getItem(this.key);
    this.forget();
    if (address) await discard(address).catch(() => {});
  }

  async findEarlier() {
    this.address = localStorage.getItem(this.key);
    if (!this.address) return null;
    const known = await this.offset().catch(() => undefined);
    if (known === undefined) { this.forget(); return null; }
    return known;
  }

  async create() {
    const metadata = { filename: this.file.name, ...this.options.metadata };
    const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${base64(value)}`);
    const answer = await this.ask(this.options.url, { method: 'POST', headers: { 'Upload-Length': String(this.file.size), 'Upload-Metadata': pairs.join(',') } });
    this.address = answer.headers.get('Location');
    localStorage.setItem(this.key, this.address);
    return 0;
  }

  /* What has arrived; undefined when the server no longer knows the upload. */
  async offset() {
    const answer = await fetch(this.address, { method: 'HEAD', headers: { 'Tus-Resumable': VERSION }, cache: 'no-store', signal: this.stopping.signal });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Refused('', answer.status);
    return Number(answer.headers.get('Upload-Offset'));
  }

  async sendFrom(at) {
    const began = performance.now(), end = Math.min(at + this.piece, this.file.size);
    const answer = await this.ask(this.address, {
      method: 'PATCH',
      headers: { 'Upload-Offset': String(at), 'Content-Type': 'application/offset+octet-stream' },
      body: this.file.slice(at, end),
    });
    const seconds = (performance.now() - began) / 1000;
    if (seconds < 0.5) this.piece = Math.min(this.piece * 2, LARGEST);
    if (seconds > 4) this.piece = Math.max(this.piece / 2, SMALLEST);
    return {
      at: Number(answer.headers.get('Upload-Offset')),
      page: answer.headers.get('Almanac-Page'),
      job: answer.headers.get('Almanac-Job'),
      dataset: answer.headers.get('Almanac-Dataset'),
    };
  }

  async ask(url, request) {
    const headers = { 'Tus-Resumable': VERSION, 'X-CSRFToken': csrfToken(), Accept: 'application/json', ...request.headers };
    const answer = await fetch(url, { ...request, headers, signal: this.stopping.signal });
    if (!answer.ok) throw new Refused(reason(await answer.text()), answer.status);
    return answer;
  }

  pause(milliseconds) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, milliseconds);
      const done = () => { clearTimeout(timer); resolve(); };
      this.wake = done;
      addEventListener('online', done, { once: true });
      this.stopping.signal.addEventListener('abort', () => { clearTimeout(timer); reject(new DOMException('', 'AbortError')); }, { once: true });
    });
  }

  forget() {
    localStorage.removeItem(this.key);
  }
}

/* Uploads of this person that are not whole yet. */
export async function unfinished(url) {
  const answer = await fetch(url, { headers: { Accept: 'application/json' } });
  if (!answer.ok) return [];
  const { results = [] } = await answer.json();
  return results.filter((upload) => !upload.dataset);
}

export function discard(address) {
  return fetch(address, { method: 'DELETE', headers: { 'Tus-Resumable': VERSION, 'X-CSRFToken': csrfToken() } });
}

function base64(text) {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function reason(text) {
  try {
    const { error } = JSON.parse(text);
    return [error.message, error.hint].filter(Boolean).join(' ');
  } catch {
    return '';
  }
}

/* A file dropped anywhere, pasted or chosen goes up with its bytes counted. Without this script
   the same form posts as it is. Words come from the form's template, never from here. */
const form = document.querySelector('[data-upload]');
if (form) start(form);

function start(zone) {
  const find = (name) => zone.querySelector(`[data-drop-${name}]`);
  const title = find('title'), line = find('line'), bar = find('progress'), cancel = find('cancel');
  const idle = [title.textContent, line.textContent];
  const limit = Number(zone.dataset.maxBytes);
  let request = null, depth = 0;

  const word = (key, values = {}) => {
    const text = find('words').content.querySelector(`[data-word="${key}"]`).textContent;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  };
  const show = (state, head, text, role) => {
    zone.dataset.state = state;
    title.textContent = head;
    line.textContent = text;
    title.parentElement.toggleAttribute('role', false);
    if (role) title.parentElement.setAttribute('role', role);
    bar.hidden = state !== 'uploading';
    cancel.hidden = state !== 'uploading';
    find('choose').hidden = state === 'uploading';
  };
  const rest = () => show('idle', ...idle);
  const refuse = (head, text) => show('refused', head, text, 'alert');

  const send = (file) => {
    if (request) return;
    if (!file.size) return refuse(word('empty', { name: file.name }), word('empty-line'));
    if (file.size > limit) return refuse(word('large', { name: file.name, size: bytes(file.size) }), word('large-line', { limit: bytes(limit) }));
    const began = performance.now(), body = new FormData(zone);
    body.set('file', file, file.name);
    request = new XMLHttpRequest();
    request.open('POST', zone.action);
    request.setRequestHeader('HX-Request', 'true');
    request.setRequestHeader('X-CSRFToken', body.get('csrfmiddlewaretoken'));
    request.upload.addEventListener('progress', (event) => {
      const seconds = (performance.now() - began) / 1000;
      const left = seconds * (event.total - event.loaded) / Math.max(event.loaded, 1);
      at(event.loaded / event.total);
      const counts = { sent: bytes(event.loaded), total: bytes(event.total), left: clock(left) };
      show('uploading', word('sending', { name: file.name }), word(seconds > 1 ? 'left' : 'sent', counts));
    });
    request.upload.addEventListener('load', () => {
      at(1);
      show('uploading', word('reading', { name: file.name }), word('reading-line'));
    });
    request.addEventListener('load', () => finish(file));
    request.addEventListener('error', () => { request = null; refuse(word('lost', { name: file.name }), word('lost-line')); });
    request.addEventListener('abort', () => { request = null; rest(); });
    show('uploading', word('sending', { name: file.name }), word('sent', { sent: bytes(0), total: bytes(file.size) }));
    request.send(body);
    return undefined;
  };
  const finish = (file) => {
    const { status, responseText } = request, target = request.getResponseHeader('HX-Redirect');
    request = null;
    if (target) { location.assign(target); return; }
    const [head, text] = reason(responseText, status);
    refuse(head || word('refused', { name: file.name }), text || word('lost-line'));
  };
  const reason = (text, status) => {
    if (status === 413) return [null, message(text) || word('large-line', { limit: bytes(limit) })];
    return [null, message(text)];
  };
  const at = (share) => {
    const percent = Math.round(share * 100);
    bar.setAttribute('aria-valuenow', percent);
    bar.firstElementChild.style.setProperty('--at', `${percent}%`);
  };
  const take = (files) => {
    if (files.length > 1) refuse(word('several'), word('several-line'));
    else if (files.length) send(files[0]);
  };

  zone.querySelector('input[type="file"]').addEventListener('change', (event) => { take(event.target.files); event.target.value = ''; });
  cancel.addEventListener('click', () => request?.abort());
  addEventListener('dragenter', (event) => {
    if (!carriesFiles(event) || request) return;
    depth += 1;
    show('over', word('over'), word('over-line'));
  });
  addEventListener('dragover', (event) => { if (carriesFiles(event)) event.preventDefault(); });
  addEventListener('dragleave', (event) => {
    if (!carriesFiles(event) || request) return;
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
    else if (/[\t,;|]/.test(text) && text.includes('\n')) send(new File([text], `${word('pasted')}.csv`, { type: 'text/csv' }));
  });
}

function carriesFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes('Files');
}

function message(text) {
  try {
    const { error } = JSON.parse(text);
    return [error.message, error.hint].filter(Boolean).join(' ');
  } catch {
    const page = new DOMParser().parseFromString(text, 'text/html');
    return (page.querySelector('[role="alert"], .notice') ?? page.body).textContent.replace(/\s+/g, ' ').trim().slice(0, 600);
  }
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

/* The command palette: htmx brings the hits, arrows choose, Enter opens. What was opened from here
   is offered again when the box is empty; it stays in this browser. */
const KEPT = 'almanac.recent', MOST = 5;
const dialog = document.getElementById('palette');
if (dialog) start();

function start() {
  const input = dialog.querySelector('input'), list = dialog.querySelector('#palette-list');
  const count = dialog.querySelector('[data-palette-count]');

  const open = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    input.dispatchEvent(new Event('palette:open'));
  };
  const options = () => [...list.querySelectorAll('[role="option"]')];
  const mark = (entry) => {
    options().forEach((other) => {
      other.classList.toggle('at', other === entry);
      other.setAttribute('aria-selected', String(other === entry));
    });
    if (entry) { input.setAttribute('aria-activedescendant', entry.id); entry.scrollIntoView({ block: 'nearest' }); }
    else input.removeAttribute('aria-activedescendant');
  };
  const refresh = () => {
    if (!input.value.trim()) offerRecent(list);
    options().forEach((entry, at) => { entry.id = `palette-option-${at}`; entry.tabIndex = -1; });
    mark(options()[0]);
    const found = list.querySelector('[data-found]');
    count.textContent = found?.textContent ?? '';
    found?.remove();
    list.toggleAttribute('role', false);
    if (options().length) list.setAttribute('role', 'listbox');
    input.setAttribute('aria-expanded', String(options().length > 0));
  };

  document.addEventListener('palette:toggle', () => (dialog.open ? dialog.close() : open()));
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-palette-open]') || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  list.addEventListener('htmx:afterSwap', refresh);
  input.addEventListener('keydown', (event) => {
    const all = options(), at = all.findIndex((entry) => entry.classList.contains('at'));
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      mark(all[(at + (event.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length]);
    } else if (event.key === 'Enter' && at >= 0 && !event.isComposing) {
      event.preventDefault();
      all[at].click();
    }
  });
  list.addEventListener('pointermove', (event) => {
    const entry = event.target.closest('[role="option"]');
    if (entry && !entry.classList.contains('at')) mark(entry);
  });
  list.addEventListener('click', (event) => {
    const entry = event.target.closest('[role="option"]');
    if (entry) remember(entry);
  });
}

function recent() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '[]').filter(({ href, title }) => href?.startsWith('/') && title);
  } catch {
    return [];
  }
}

function remember(entry) {
  const title = entry.querySelector('.clip')?.textContent ?? '';
  const href = entry.getAttribute('href'), icon = entry.querySelector('.icon')?.outerHTML ?? '';
  try {
    const others = recent().filter((one) => one.href !== href);
    localStorage.setItem(KEPT, JSON.stringify([{ href, title, icon }, ...others].slice(0, MOST)));
  } catch { /* a full or closed store only costs the convenience */ }
}

function offerRecent(list) {
  const kept = recent();
  if (!kept.length) return;
  const head = dialog.querySelector('[data-palette-recent]').content.cloneNode(true);
  const entries = kept.map(({ href, title, icon }) => {
    const entry = document.createElement('a'), name = document.createElement('span');
    entry.className = 'entry';
    entry.setAttribute('role', 'option');
    entry.href = href;
    name.className = 'clip';
    name.textContent = title;
    const drawing = new DOMParser().parseFromString(icon, 'text/html').querySelector('svg.icon');
    entry.append(...(drawing ? [drawing] : []), name);
    return entry;
  });
  list.prepend(head, ...entries);
}

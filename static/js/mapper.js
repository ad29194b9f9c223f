/* The column mapper. A choice that changes what is read is read at once when the file is small,
   else it waits for "Read again" or Import. Enter imports. Without this script the buttons do. */
const form = document.querySelector('[data-mapper]');
if (form) start(form);

function start(mapper) {
  const again = mapper.querySelector('[data-mapper-read]'), importing = mapper.querySelector('[data-mapper-import]');
  const words = mapper.querySelector('[data-mapper-import-words]'), name = mapper.querySelector('[data-mapper-name]');
  let isSent = false;
  again.hidden = true;

  const send = (button) => {
    if (isSent) return;
    isSent = true;
    sessionStorage.setItem('mapper:place', String(scrollY));
    mapper.requestSubmit(button);
    mapper.setAttribute('aria-busy', 'true');
  };
  const changed = () => {
    if ('readsAtOnce' in mapper.dataset) { again.hidden = false; send(again); } else again.hidden = false;
  };
  const roles = () => [...mapper.querySelectorAll('[data-mapper-role]')];
  const only = (select, role) => {
    for (const other of roles()) if (other !== select && other.value === role) other.value = 'ignore';
  };

  mapper.addEventListener('change', (event) => {
    const { target } = event;
    if (target.matches('[data-mapper-role]')) {
      const reading = ['time', 'series', 'drop'];
      if (['time', 'series'].includes(target.value)) only(target, target.value);
      if (reading.includes(target.value) || reading.includes(target.dataset.was)) changed();
    } else if (target.matches('[data-mapper-long]')) {
      const series = mapper.querySelector('[data-mapper-series]');
      series.hidden = false;
      series.querySelector('select').focus();
    } else if (target.matches('[data-mapper-series-choice]')) {
      const role = mapper.querySelector(`[name="role-${CSS.escape(target.value)}"]`);
      if (!role) return;
      role.value = 'series';
      only(role, 'series');
      changed();
    } else if (target.matches('[data-reads]')) changed();
  });
  mapper.addEventListener('submit', () => { isSent = true; });
  mapper.addEventListener('click', (event) => {
    const button = event.target.closest('[data-mapper-fold]');
    if (!button) return;
    const row = document.getElementById(button.getAttribute('aria-controls'));
    row.hidden = !row.hidden;
    button.setAttribute('aria-expanded', String(!row.hidden));
  });
  name.addEventListener('input', () => { words.textContent = words.dataset.mapperImportWords.replace('{name}', name.value.trim() || '…'); });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.defaultPrevented || document.querySelector('dialog:modal')) return;
    if (event.target.closest?.('a, button, summary, textarea, select, [role="option"], #palette')) return;
    if (event.target.closest?.('form') && event.target.closest('form') !== mapper) return;
    event.preventDefault();
    importing.click();
  });
  addEventListener('pageshow', () => { isSent = false; });
  const place = Number(sessionStorage.getItem('mapper:place'));
  sessionStorage.removeItem('mapper:place');
  if (place) scrollTo({ top: place, behavior: 'instant' });
}

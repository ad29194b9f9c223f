/* The server writes the theme into the page, so it never flashes. A switch shows at once and is
   kept with the person (or in a cookie) by the same form that works without this script. */
const root = document.documentElement;

document.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-theme-toggle]');
  if (!form) return;
  event.preventDefault();
  show(isDark() ? 'light' : 'dark');
  const body = new FormData(form);
  body.set('theme', root.dataset.theme);
  fetch(form.action, { method: 'POST', body, redirect: 'manual', keepalive: true }).catch(() => {});
});

document.addEventListener('change', (event) => {
  const { name, value, type } = event.target;
  if (name === 'theme' && type === 'radio') show(value);
});

function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function show(theme) {
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const button of document.querySelectorAll('[data-theme-toggle] [name="theme"]')) button.value = isDark() ? 'light' : 'dark';
}

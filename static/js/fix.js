/* The page of a refused file: Enter imports with the chosen fix. */
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.defaultPrevented || document.querySelector('dialog:modal')) return;
  if (event.target.closest?.('a, button, summary, select, input:not([type="radio"])')) return;
  const form = document.getElementById('fix');
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

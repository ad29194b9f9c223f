/* The list of series: the button that forecasts some of them again counts what is ticked. */

function count(form) {
  const button = form.querySelector('[data-ticked-words]');
  const label = button.querySelector('span');
  button.dataset.usual ??= label.textContent;
  const ticked = document.querySelectorAll(`input[form="${form.id}"]:checked`).length;
  label.textContent = ticked
    ? button.dataset.tickedWords.replace('%(n)s', ticked.toLocaleString('en'))
    : button.dataset.usual;
}

document.addEventListener('change', (event) => {
  const form = event.target.closest('input[form="again-form"]')?.form;
  if (form) count(form);
});

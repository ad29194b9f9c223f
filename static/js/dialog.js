/* Dialogs: data-dialog-open="id" opens one of the page; one that htmx brings in opens itself.
   data-dialog-close closes. The browser gives focus back to where it was. */
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-dialog-open]');
  if (opener) {
    opener.closest('[popover]')?.hidePopover();
    document.getElementById(opener.dataset.dialogOpen)?.showModal();
  }
  if (event.target.closest('[data-dialog-close]')) event.target.closest('dialog')?.close();
  if (event.target instanceof HTMLDialogElement && isOutside(event)) event.target.close();
});

document.addEventListener('htmx:afterSettle', (event) => {
  const dialog = event.target.querySelector?.('dialog[data-dialog]:not([open])');
  if (!dialog) return;
  document.querySelectorAll('[popover]:popover-open').forEach((open) => open.hidePopover());
  dialog.addEventListener('close', () => dialog.remove());
  dialog.showModal();
});

function isOutside(event) {
  const box = event.target.getBoundingClientRect();
  return event.detail > 0 && (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom);
}

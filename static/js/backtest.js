/* The Backtest tab: ← and → step through the past windows, wherever the focus rests. */
const TYPING = 'input, select, textarea, [contenteditable], [role="tab"], [popover]:popover-open *, dialog *';

document.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.matches?.(TYPING)) return;
  const link = document.querySelector(`[data-windows] [data-step="${step}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

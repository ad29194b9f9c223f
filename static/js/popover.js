/* Menus open under their button, inside the window. Arrows and first letters pick an entry. */
const GAP = 6, EDGE = 8;

document.addEventListener('toggle', (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.hasAttribute('popover')) return;
  const button = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  button?.setAttribute('aria-expanded', String(event.newState === 'open'));
  if (event.newState !== 'open' || !button) return;
  place(menu, button);
  (menu.querySelector('[autofocus]') ?? entries(menu)[0])?.focus({ preventScroll: true });
}, true);

document.addEventListener('keydown', (event) => {
  const menu = event.target.closest?.('[popover]:popover-open');
  if (!menu || event.target.matches('input, select, textarea')) return;
  const all = entries(menu), at = all.indexOf(document.activeElement);
  const to = {
    ArrowDown: all[(at + 1) % all.length],
    ArrowUp: all[(at - 1 + all.length) % all.length],
    Home: all[0],
    End: all.at(-1),
  }[event.key] ?? byLetter(all, event.key, at);
  if (!to) return;
  event.preventDefault();
  to.focus();
});

addEventListener('resize', () => document.querySelectorAll('[popover]:popover-open').forEach((menu) => menu.hidePopover()));

function entries(menu) {
  return [...menu.querySelectorAll('.entry:not([disabled])')];
}

function byLetter(all, key, at) {
  if (key.length !== 1 || !key.trim()) return null;
  const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return order.find((entry) => entry.textContent.trim().toLowerCase().startsWith(key.toLowerCase()));
}

function place(menu, button) {
  // On a phone a panel rises from the bottom; the stylesheet puts it there.
  menu.style.left = menu.style.top = '';
  if (menu.classList.contains('panel') && matchMedia('(max-width: 920px)').matches) return;
  const from = button.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = menu;
  const { clientWidth, clientHeight } = document.documentElement;
  const isRightHalf = from.left + from.width / 2 > clientWidth / 2;
  const left = isRightHalf ? from.right - width : from.left;
  const isRoomBelow = from.bottom + GAP + height + EDGE <= clientHeight || from.top < height + GAP + EDGE;
  const top = isRoomBelow ? from.bottom + GAP : from.top - GAP - height;
  menu.style.left = `${Math.max(EDGE, Math.min(left, clientWidth - width - EDGE))}px`;
  menu.style.top = `${Math.max(EDGE, Math.min(top, clientHeight - height - EDGE))}px`;
}

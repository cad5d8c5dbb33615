// On a screen that is touched: a swipe to the left goes on, one to the right goes back.
import { move } from './selection.js';

const shortest = 48;

export function startSwipe() {
  for (const id of ['ladder', 'stepper']) {
    let start = null;
    const node = document.getElementById(id);
    node.addEventListener('touchstart', (event) => { start = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
    node.addEventListener('touchend', (event) => {
      const end = event.changedTouches[0];
      if (!start || !end) return;
      const across = end.clientX - start.clientX;
      const along = end.clientY - start.clientY;
      if (Math.abs(across) > shortest && Math.abs(across) > 2 * Math.abs(along)) move(across < 0 ? 1 : -1);
      start = null;
    }, { passive: true });
  }
}

// What scrolls by itself is reached by the keyboard, and what does not is passed by. A browser without script stops at each table.

const frames = '.scroll, #now, .teach #ladder, .teach #side';

function settle(node) {
  const isStop = node.matches(frames) && (node.scrollWidth > node.clientWidth || node.scrollHeight > node.clientHeight);
  // The ladder takes the focus of a click: its keys work from there.
  if (isStop) node.tabIndex = 0;
  else if (node.id === 'ladder') node.tabIndex = -1;
  else node.removeAttribute('tabindex');
}

export function startScrolling() {
  const nodes = document.querySelectorAll('.scroll, #now, #ladder, #side');
  const sizes = new ResizeObserver((entries) => { for (const entry of entries) settle(entry.target.closest('.scroll, #now, #ladder, #side')); });
  for (const node of nodes) {
    settle(node);
    sizes.observe(node);
    for (const child of node.children) sizes.observe(child);
  }
  const now = document.getElementById('now');
  new MutationObserver(() => settle(now)).observe(now, { childList: true });
  const stepper = document.getElementById('stepper');
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--covered', `${stepper.offsetHeight}px`);
  }).observe(stepper);
}

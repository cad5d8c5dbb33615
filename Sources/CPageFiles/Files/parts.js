// A long ladder and its list stand in the page in parts, each as text that a browser without script reads as it is. With script a
// part becomes elements when it comes near, and text again when it is far: a hundred thousand elements would take seconds.

const nearby = '100% 0px';
const kinds = ['#ladder .part', '#events .part'].map((selector) => [...document.querySelectorAll(selector)]);
const sources = new WeakMap();

function fill(part) {
  const text = part.querySelector(':scope > noscript');
  if (!text) return;
  sources.set(part, text.textContent);
  part.innerHTML = text.textContent;
  part.dispatchEvent(new CustomEvent('filled', { bubbles: true }));
}

function empty(part) {
  if (!sources.has(part) || part.querySelector(':scope > noscript')) return;
  part.style.setProperty('--room', `${part.offsetHeight}px`);
  const text = document.createElement('noscript');
  text.textContent = sources.get(part);
  part.replaceChildren(text);
}

/// Makes sure that a row is there.
export function reach(place) {
  for (const parts of kinds) {
    const part = parts.findLast((one) => Number(one.dataset.first) <= place);
    if (part) fill(part);
  }
}

export function startParts() {
  const observer = new IntersectionObserver((entries) => {
    // One in a task of its own.
    for (const entry of entries) setTimeout(entry.isIntersecting ? fill : empty, 0, entry.target);
  }, { rootMargin: nearby });
  for (const part of kinds.flat()) observer.observe(part);
  window.addEventListener('beforeprint', () => kinds.flat().forEach(fill));
}

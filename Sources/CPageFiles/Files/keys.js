// The keyboard. No chord is needed, and whatever a key does a button does too.
import { rows } from './data.js';
import { choose, move, moveToChange } from './selection.js';
import { playOrPause } from './stepper.js';
import { nextChoice } from './choices.js';
import { isTeaching, teach } from './teach.js';

function goTo(id) {
  const node = document.getElementById(id);
  if (!node) return;
  node.scrollIntoView({ block: 'nearest' });
  (node.matches('[tabindex]') ? node : node.firstElementChild)?.focus();
}

function showKeys() { document.getElementById('keys').showModal(); }

const actions = {
  ArrowLeft: (event) => (event.shiftKey ? moveToChange(-1) : move(-1)),
  ArrowRight: (event) => (event.shiftKey ? moveToChange(1) : move(1)),
  j: () => move(1),
  k: () => move(-1),
  Home: () => choose(0),
  End: () => choose(rows.length - 1),
  ' ': playOrPause,
  Enter: () => goTo('inspector-title'),
  b: () => goTo('bytes'),
  r: () => nextChoice('num'),
  t: () => nextChoice('time'),
  l: () => nextChoice('lang'),
  d: () => nextChoice('look'),
  f: () => teach(!isTeaching()),
  '?': showKeys,
  Escape: () => teach(false),
};

/// Keys that a browser scrolls with: its own where the page scrolls, unless the ladder or its buttons have the focus.
const scrolling = [' ', 'Home', 'End'];

/// Whether what has the focus scrolls in the key's direction.
function scrolls(node, key) {
  const frame = node.closest('.scroll, #now, .teach #ladder, .teach #side');
  if (!frame) return false;
  return key.startsWith('Arrow') ? frame.scrollWidth > frame.clientWidth : frame.scrollHeight > frame.clientHeight;
}

/// Keys that mean something to what has the focus, or to somebody who speaks to the machine.
function isTaken(event) {
  const { key, target } = event;
  const own = { input: ['ArrowLeft', 'ArrowRight', ' '], button: [' ', 'Enter'], a: ['Enter'] };
  if (own[target.localName]?.includes(key)) return true;
  if (key.length === 1 && key !== ' ') return !document.getElementById('letters').checked;
  const pageScrolls = document.documentElement.scrollHeight > window.innerHeight;
  if (scrolling.includes(key) && pageScrolls && !target.closest('#ladder, #stepper')) return true;
  return (scrolling.includes(key) || key.startsWith('Arrow')) && scrolls(target, key);
}

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
    const action = actions[event.key];
    if (!action || isTaken(event)) return;
    event.preventDefault();
    action(event);
  });
  document.getElementById('help').addEventListener('click', showKeys);
  document.getElementById('keys-close').addEventListener('click', () => document.getElementById('keys').close());
}

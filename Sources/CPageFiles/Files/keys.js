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

/// Keys that mean something to what has the focus.
function isTaken(event) {
  const own = { input: ['ArrowLeft', 'ArrowRight', ' '], button: [' ', 'Enter'], a: ['Enter'] };
  return own[event.target.localName]?.includes(event.key) ?? false;
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

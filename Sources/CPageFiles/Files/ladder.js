// The drawing and the list: what is clicked in one of them is chosen in all.
import { rows, placeOf } from './data.js';
import { choose, chosenPlace, follow } from './selection.js';
import { reach } from './parts.js';

const drawings = [...document.querySelectorAll('#ladder .drawing')];

/// A row's groups, one in each drawing that has it.
function drawn(name) {
  return drawings.map((drawing) => document.getElementById(drawing.dataset.prefix + name)).filter(Boolean);
}

/// The name of the row that something drawn, listed or linked belongs to.
function nameOf(node) {
  const drawing = node.closest('.drawing');
  if (drawing) return node.id.slice(drawing.dataset.prefix.length);
  return (node.getAttribute('href')?.slice(1) ?? node.id).replace(/^row-/, '');
}

function isSeen(node) {
  const box = node.getBoundingClientRect();
  const stepper = document.getElementById('stepper').getBoundingClientRect();
  return box.width + box.height > 0 && box.top >= 0 && box.bottom <= stepper.top;
}

function mark(place, isChosen) {
  const name = rows[place].id;
  for (const node of drawn(name)) node.classList.toggle('chosen', isChosen);
  document.getElementById(`row-${name}`)?.classList.toggle('chosen', isChosen);
}

export function startLadder() {
  document.addEventListener('click', (event) => {
    const node = event.target.closest('.drawing .segment, .drawing .moment, .drawing .arrival, .pick, .events li');
    if (!node || window.getSelection().toString()) return;
    const place = placeOf(nameOf(node));
    if (place === undefined) return;
    if (node.matches('.pick')) {
      // One that stands elsewhere is a link to its row, also where the address names it already.
      if (!node.closest('#events')) return choose(place, { by: 'link', isListed: true });
      event.preventDefault();
    }
    choose(place, { by: node.closest('#ladder') ? 'ladder' : 'list' });
  });
  document.addEventListener('filled', () => { if (chosenPlace() >= 0) mark(chosenPlace(), true); });
  follow((place, previous, how) => {
    if (previous >= 0) mark(previous, false);
    reach(place);
    mark(place, true);
    if (how.by === 'list' || how.by === 'ladder' || how.by === 'start') return;
    const target = [...drawn(rows[place].id)].find((node) => node.getBoundingClientRect().height > 0);
    if (how.by === 'link') {
      const linked = how.isListed ? document.getElementById(`row-${rows[place].id}`) : target;
      return linked?.scrollIntoView({ block: 'center' });
    }
    const figure = document.getElementById('ladder').getBoundingClientRect();
    const isAtLadder = figure.top < window.innerHeight && figure.bottom > 0;
    if (target && isAtLadder && !isSeen(target)) target.scrollIntoView({ block: 'center' });
  });
}

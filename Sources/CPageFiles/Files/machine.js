// Both ends on the state diagram, in step with the chosen row.
import { rows } from './data.js';
import { follow } from './selection.js';

const corner = { client: [-54, -14], server: [54, -14] };

function nodeOf(name, hasBegun) {
  const end = name === 'CLOSED' && hasBegun ? '-end' : '';
  return document.getElementById(`state-${name}${end}`);
}

function setToken(party, lane, place) {
  const token = document.getElementById(`token-${party}`);
  const state = rows[place].states[lane]?.name;
  const hasBegun = rows.slice(0, place).some((row) => row.states[lane]?.name && row.states[lane].name !== 'CLOSED');
  const node = state && nodeOf(state, hasBegun);
  if (!node) return token.setAttribute('visibility', 'hidden');
  const [x, y] = corner[party];
  token.style.transform = `translate(${Number(node.dataset.x) + x}px, ${Number(node.dataset.y) + y}px)`;
  token.setAttribute('visibility', 'visible');
}

export function startMachine() {
  const machine = document.querySelector('.machine');
  if (!machine) return;
  const edges = [...machine.querySelectorAll('[data-edge]')];
  follow((place) => {
    setToken('client', 0, place);
    setToken('server', 1, place);
    const now = new Set([0, 1].map((lane) => {
      const before = rows[place - 1]?.states[lane]?.name;
      return `${before}>${rows[place].states[lane]?.name}`;
    }));
    for (const edge of edges) edge.classList.toggle('now', now.has(edge.dataset.edge));
  });
}

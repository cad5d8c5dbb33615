// Both ends on the state diagram, in step with the chosen row.
import { rows } from './data.js';
import { follow } from './selection.js';

const corner = { client: [-54, -14], server: [54, -14] };

function setToken(party, lane, place) {
  const token = document.getElementById(`token-${party}`);
  const name = rows[place].states[lane]?.node;
  const node = name && document.getElementById(`state-${name}`);
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
    const now = new Set(rows[place].states.map((state) => state.edge));
    for (const edge of edges) edge.classList.toggle('now', now.has(edge.dataset.edge));
  });
}

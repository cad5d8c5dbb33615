// Step by step: the buttons at the bottom, playing, and what is said of the chosen row.
import { data, rows } from './data.js';
import { both } from './elements.js';
import { choose, chosenPlace, follow, move } from './selection.js';

let timer = 0;
const pace = 1600;

export function isPlaying() { return timer !== 0; }

function stop() {
  clearInterval(timer);
  timer = 0;
  document.getElementById('go-play').classList.remove('playing');
}

export function playOrPause() {
  if (isPlaying()) return stop();
  if (chosenPlace() === rows.length - 1) choose(0);
  document.getElementById('go-play').classList.add('playing');
  timer = setInterval(() => {
    move(1);
    if (chosenPlace() === rows.length - 1) stop();
  }, pace);
}

/// Numbers in their places in a text of both languages.
function putInto(text, ...numbers) {
  const put = (words) => numbers.reduce((filled, number) => filled.replace('{}', number), words);
  return both({ zh: put(text.zh), en: put(text.en) });
}

function say(place) {
  const sentence = document.getElementById(`row-${rows[place].id}`);
  const copy = sentence ? [...sentence.cloneNode(true).childNodes] : [];
  document.getElementById('now').replaceChildren(...putInto(data.words.step, place + 1, rows.length), ' ', ...copy);
}

export function startStepper() {
  const buttons = {
    'go-first': () => choose(0), 'go-previous': () => move(-1), 'go-play': playOrPause, 'go-next': () => move(1),
    'go-last': () => choose(rows.length - 1),
  };
  for (const [id, action] of Object.entries(buttons)) document.getElementById(id).addEventListener('click', action);
  follow((place) => {
    say(place);
    document.getElementById('go-first').disabled = place === 0;
    document.getElementById('go-previous').disabled = place === 0;
    document.getElementById('go-next').disabled = place === rows.length - 1;
    document.getElementById('go-last').disabled = place === rows.length - 1;
  });
}

// The chosen row: one at a time, and everybody who wants to know of it.
import { rows } from './data.js';

let chosen = -1;
const followers = [];

/// `follower(place, previous, how)` is called for each choice; `how.by` is who chose.
export function follow(follower) { followers.push(follower); }

export function chosenPlace() { return chosen; }

export function choose(place, how = {}) {
  if (!(place >= 0 && place < rows.length)) return;
  const previous = chosen;
  chosen = place;
  for (const follower of followers) follower(place, previous, how);
}

/// Goes on by so many rows, and stays where the rows end.
export function move(by) { choose(Math.min(rows.length - 1, Math.max(0, chosen + by))); }

/// To the next row (1) or the last one (-1) at which an end's state changes.
export function moveToChange(direction) {
  for (let place = chosen + direction; place >= 0 && place < rows.length; place += direction) {
    if (rows[place].changes) return choose(place);
  }
}

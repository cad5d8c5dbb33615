// Starts the page.
import { placeOf, rows } from './data.js';
import { choose } from './selection.js';
import { startLadder } from './ladder.js';
import { startParts } from './parts.js';
import { startInspector } from './inspector.js';
import { startMachine } from './machine.js';
import { startStepper } from './stepper.js';
import { startChoices } from './choices.js';
import { startTeaching } from './teach.js';
import { startKeys } from './keys.js';
import { startSwipe } from './swipe.js';
import { startScrolling } from './scrolling.js';

/// The row that the address names: `#seg-4` in the ladder, `#row-seg-4` in the list.
function showLinked() {
  const name = location.hash.slice(1);
  const place = placeOf(name.replace(/^row-/, ''));
  if (place !== undefined) choose(place, { by: 'link', isListed: name.startsWith('row-') });
  return place !== undefined;
}

for (const node of document.querySelectorAll('.scripted')) node.hidden = false;
const starts = [startLadder, startInspector, startMachine, startStepper, startChoices, startTeaching, startKeys, startSwipe, startParts, startScrolling];
for (const start of starts) {
  start();
  // With much to do, the browser may answer its reader in between.
  if (rows.length > 1000) await new Promise((resume) => { setTimeout(resume); });
}
if (!showLinked()) choose(Math.max(0, rows.findIndex((row) => row.segment)), { by: 'start' });
window.addEventListener('hashchange', showLinked);

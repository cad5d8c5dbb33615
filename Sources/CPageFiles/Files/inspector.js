// The chosen segment's header: 32 bits a row, each field with its bytes and each byte with its field.
import { data, rows } from './data.js';
import { both, element, number } from './elements.js';
import { follow } from './selection.js';

const words = data.words;

function octetsOf(segment) {
  return (segment.header.match(/../g) ?? []).map((digits) => parseInt(digits, 16));
}

/// The bits of a field as a number.
function bitsOf(octets, bit, width) {
  let value = 0n;
  for (let place = bit; place < bit + width; place += 1) {
    value = (value << 1n) | BigInt((octets[place >> 3] >> (7 - (place & 7))) & 1);
  }
  return value;
}

/// The header's parts in order, options in place: `{ bit, width, name, value }`.
function partsOf(segment, octets) {
  const parts = data.fields.filter((field) => field.bit + field.width <= octets.length * 8).map((field) => {
    const value = bitsOf(octets, field.bit, field.width);
    const digits = field.width / 4;
    return { ...field, value: field.isHexadecimal ? `0x${value.toString(16).padStart(digits, '0')}` : String(value) };
  });
  for (const option of segment.options) {
    parts.push({ bit: option.at * 8, width: option.octets * 8, name: { zh: '', en: '' }, value: option.text });
  }
  return parts;
}

/// A piece of a part: one that crosses a row's end has its words where there is most room.
function cell(part, bits, isFirst, hasWords) {
  const name = element('span', {}, ...(hasWords ? both(part.name) : ['…']));
  const value = element('b', {}, hasWords ? part.value : '');
  const button = element('button', { type: 'button', 'data-bit': part.bit, 'data-width': part.width }, name, ' ', value);
  const made = element('td', { colspan: bits, class: part.width === 1 ? 'flag' : 'field' }, button);
  if (!isFirst) button.tabIndex = -1;
  return made;
}

function table(parts) {
  const body = element('tbody');
  let row = element('tr');
  let used = 0;
  for (const part of parts) {
    let left = part.width;
    const largest = Math.max(Math.min(left, 32 - used), Math.min(32, left - Math.min(left, 32 - used)));
    let hasSpoken = false;
    while (left > 0) {
      const bits = Math.min(left, 32 - used);
      const speaks = !hasSpoken && bits === largest;
      hasSpoken ||= speaks;
      row.append(cell(part, bits, left === part.width, speaks));
      left -= bits;
      used += bits;
      if (used === 32) {
        body.append(row);
        row = element('tr');
        used = 0;
      }
    }
  }
  if (used > 0) {
    row.append(element('td', { colspan: 32 - used }));
    body.append(row);
  }
  const columns = element('colgroup', {}, ...Array.from({ length: 32 }, () => element('col')));
  return element('table', { class: 'bits' }, columns, body);
}

function bytes(octets) {
  const made = element('div', { class: 'bytes', id: 'bytes' });
  octets.forEach((octet, place) => {
    const text = octet.toString(16).padStart(2, '0');
    made.append(element('button', { type: 'button', 'data-bit': place * 8, 'data-width': 8, tabindex: place === 0 ? 0 : -1 }, text));
  });
  made.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const next = steps[event.key] && [...made.children][[...made.children].indexOf(event.target) + steps[event.key]];
    if (!steps[event.key]) return;
    event.stopPropagation();
    event.preventDefault();
    if (next) next.focus();
  });
  return made;
}

/// Whatever shares a bit with the one that is pointed at.
function light(panel, node) {
  const from = Number(node?.dataset.bit ?? -1);
  const to = from + Number(node?.dataset.width ?? 0);
  for (const other of panel.querySelectorAll('[data-bit]')) {
    const bit = Number(other.dataset.bit);
    const isLit = node && bit < to && from < bit + Number(other.dataset.width);
    (other.closest('td') ?? other).classList.toggle('lit', Boolean(isLit));
  }
}

function flags(parts) {
  const boxes = parts.filter((part) => part.width === 1).map((part) => element(
    'li', { class: part.value === '1' ? 'set' : 'unset' }, element('span', {}, ...both(part.name)), ' ', element('b', {}, part.value)));
  return element('ul', { class: 'flags' }, ...boxes);
}

/// `#5.ack 17 = #4.seq 1 + 16`, on this segment's numbers.
function rule(segment) {
  if (!segment.acknowledgment) return element('p', {}, ...both(words.noAck));
  const answer = segment.answer;
  if (!answer) return '';
  return element(
    'p', { class: 'evidence' }, `#${segment.number}.ack `, ...number(segment.acknowledgment), ` = #${answer.number}.seq `,
    ...number(answer.sequence), ` + ${answer.advance} `, ...both(answer.holds ? words.holds : words.fails));
}

function show(panel, row) {
  panel.replaceChildren();
  const segment = row.segment;
  if (!segment) {
    panel.append(element('p', { class: 'small' }, ...both(words.noHeader)));
    return;
  }
  const octets = octetsOf(segment);
  const parts = partsOf(segment, octets);
  const title = element('h3', { id: 'inspector-title', tabindex: -1 }, `#${segment.number} ${segment.flags} `, ...both(words.header));
  panel.append(title, flags(parts), rule(segment), table(parts), element('h4', {}, ...both(words.bytes)), bytes(octets));
}

export function startInspector() {
  const panel = document.getElementById('inspector');
  const point = (event) => light(panel, event.target.closest('[data-bit]'));
  for (const kind of ['pointerover', 'focusin', 'click']) panel.addEventListener(kind, point);
  panel.addEventListener('pointerleave', () => light(panel, null));
  follow((place) => show(panel, rows[place]));
}

// What the program hands to the page.

export const data = JSON.parse(document.getElementById('data').textContent);
export const rows = data.rows;

const placeOfName = new Map(rows.map((row, place) => [row.id, place]));
const placeOfSegment = new Map(rows.filter((row) => row.segment).map((row) => [row.segment.number, placeOfName.get(row.id)]));

/// Where the row of that name stands; undefined where there is none.
export function placeOf(name) { return placeOfName.get(name); }

/// Where the segment of that number stands.
export function placeOfNumber(number) { return placeOfSegment.get(number); }

// How long a test waits for what must come: so long that only a hang is found out, and never a slow machine. See
// tests/conformance/patience.py.

/** What the loop takes on a machine that has nothing else to do, in milliseconds. */
const USUAL = 50;
const SLOWEST = 20;

const begin = performance.now();
let number = 1;
for (let turn = 0; turn < 20_000_000; turn += 1) {
  number = (Math.imul(number, 1103515245) + 12345) | 0;
}
// The number is looked at, or the loop need not run.
const slowness = Math.min(Math.max((performance.now() - begin) / (number === 0 ? USUAL + 1 : USUAL), 1), SLOWEST);

/** So many milliseconds, or more on a machine that is slow. */
export function patience(milliseconds) {
  return milliseconds * slowness;
}

/** Which lines of a document are near enough to those that are to be seen. */

/** Lines from the first to the last, both counted from 0 and both meant. */
export interface Lines {
  readonly first: number;
  readonly last: number;
}

/** How many lines above and below what is to be seen are kept as well: several pages, so that scrolling finds them there. */
export const REACH = 500;
/** With fewer lines than this left above or below, others are to be kept. */
const MARGIN = 250;

/** The lines to keep when some are to be seen; the beginning of the document if it is not known which. */
export function linesNear(seen: readonly Lines[]): readonly Lines[] {
  const known = seen.length > 0 ? seen : [{ first: 0, last: 0 }];
  return known.map(({ first, last }) => ({ first: first - REACH, last: last + REACH }));
}

/** Whether a line is among some that are kept. */
export function isAmong(kept: readonly Lines[], line: number): boolean {
  return kept.some(({ first, last }) => first <= line && line <= last);
}

/** Whether what is kept suffices for what is to be seen now. */
export function suffices(kept: readonly Lines[], seen: readonly Lines[]): boolean {
  const isWithin = (one: Lines): boolean =>
    kept.some(({ first, last }) => first <= one.first - MARGIN && one.last + MARGIN <= last);
  return seen.every(isWithin);
}

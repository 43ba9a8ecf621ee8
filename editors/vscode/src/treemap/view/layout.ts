/** Divides a rectangle among areas, as squares as far as it goes (Bruls, Huizing, van Wijk: "Squarified Treemaps", 2000). */

/** A rectangle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Divides a rectangle in proportion to some weights.
 *
 * @param weights in descending order, above zero
 * @returns a rectangle for each, in the same order
 */
export function squarify(weights: readonly number[], box: Box): Box[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const scale = total > 0 ? (box.width * box.height) / total : 0;
  const areas = weights.map((weight) => weight * scale);
  const placed: Box[] = [];
  let rest = box;
  for (let start = 0; start < areas.length;) {
    const side = Math.min(rest.width, rest.height);
    let end = start + 1;
    while (end < areas.length && ratio(areas.slice(start, end + 1), side) <= ratio(areas.slice(start, end), side)) {
      end += 1;
    }
    const { row, left } = place(areas.slice(start, end), rest);
    placed.push(...row);
    rest = left;
    start = end;
  }
  return placed;
}

/** The worst ratio of sides in a row of areas along a side. */
function ratio(row: readonly number[], side: number): number {
  const sum = row.reduce((total, area) => total + area, 0);
  const thickness = sum / side;
  return Math.max(...row.map((area) => Math.max(thickness ** 2 / area, area / thickness ** 2)));
}

/** Puts a row along the shorter side of a rectangle. */
function place(row: readonly number[], { x, y, width, height }: Box): { row: Box[]; left: Box } {
  const sum = row.reduce((total, area) => total + area, 0);
  const isColumn = height <= width;
  const side = isColumn ? height : width;
  const thickness = side > 0 ? sum / side : 0;
  let offset = 0;
  const boxes = row.map((area) => {
    const length = thickness > 0 ? area / thickness : 0;
    const at = offset;
    offset += length;
    return isColumn
      ? { x, y: y + at, width: thickness, height: length }
      : { x: x + at, y, width: length, height: thickness };
  });
  const left = isColumn
    ? { x: x + thickness, y, width: Math.max(0, width - thickness), height }
    : { x, y: y + thickness, width, height: Math.max(0, height - thickness) };
  return { row: boxes, left };
}

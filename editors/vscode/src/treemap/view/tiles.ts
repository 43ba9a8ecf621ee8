/** Which nodes are drawn, and where. */

import { squarify, type Box } from "./layout";
import type { Node } from "./model";

/** Pixels. */
const HEADER = 20;
const GAP = 2;
/** What is smaller is not divided any further. */
const SMALLEST_FRAME = { width: 44, height: 46 };
/** What is smaller is not drawn. */
const SMALLEST_TILE = 3;

/** A node that is drawn. */
export interface Tile {
  readonly node: Node;
  readonly box: Box;
  /** Whether it is the frame of others. */
  readonly isFrame: boolean;
}

/** What is drawn of a node in a box: frames before what is in them. */
export function tiles(node: Node, box: Box): Tile[] {
  const boxes = squarify(
    node.children.map(({ lines }) => Math.max(lines, 1)),
    box,
  );
  return node.children.flatMap((child, index) => {
    const own = shrunk(boxes[index] ?? box);
    if (own.width < SMALLEST_TILE || own.height < SMALLEST_TILE) {
      return [];
    }
    const isFrame =
      child.children.length > 0 && own.width >= SMALLEST_FRAME.width && own.height >= SMALLEST_FRAME.height;
    const tile = { node: child, box: own, isFrame };
    return isFrame ? [tile, ...tiles(child, inside(own))] : [tile];
  });
}

function shrunk({ x, y, width, height }: Box): Box {
  return { x: x + GAP / 2, y: y + GAP / 2, width: width - GAP, height: height - GAP };
}

function inside({ x, y, width, height }: Box): Box {
  return { x: x + GAP, y: y + HEADER, width: width - 2 * GAP, height: height - HEADER - GAP };
}

/** The tile next to another in a direction: the nearest whose middle is ahead, rather straight ahead than aside. */
export function neighbour(all: readonly Tile[], from: Tile, direction: readonly [number, number]): Tile | undefined {
  const [dx, dy] = direction;
  const middle = anchor(from);
  let best: { tile: Tile; distance: number } | undefined;
  for (const tile of all) {
    const [x, y] = anchor(tile);
    const ahead = (x - middle[0]) * dx + (y - middle[1]) * dy;
    const aside = Math.abs((x - middle[0]) * dy) + Math.abs((y - middle[1]) * dx);
    const distance = ahead + 2 * aside;
    if (tile !== from && ahead > 1 && (best === undefined || distance < best.distance)) {
      best = { tile, distance };
    }
  }
  return best?.tile;
}

/** The point by which a tile is reached: that of a frame is in its header. */
function anchor({ box, isFrame }: Tile): [number, number] {
  return [box.x + box.width / 2, box.y + (isFrame ? HEADER : box.height) / 2];
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { isAmong, linesNear, REACH, suffices } from "../src/lineWindow";

const PAGE = 50;
/** What is to be seen if it begins with a line. */
const seenAt = (first: number) => [{ first, last: first + PAGE }];

test("lines near those that are to be seen are kept, others are not", () => {
  const kept = linesNear(seenAt(2000));
  const isKept = (line: number): boolean => isAmong(kept, line);
  assert.deepEqual([2000, 2000 - REACH, 2000 + PAGE + REACH].map(isKept), [true, true, true]);
  assert.deepEqual([2000 - REACH - 1, 2000 + PAGE + REACH + 1].map(isKept), [false, false]);
});

test("the beginning is kept if it is not known what is to be seen", () => {
  const kept = linesNear([]);
  assert.deepEqual(
    [0, REACH, REACH + 1].map((line) => isAmong(kept, line)),
    [true, true, false],
  );
});

test("what is kept suffices until few lines are left above or below", () => {
  for (const place of [0, 2000]) {
    const kept = linesNear(seenAt(place));
    const isEnoughAt = (first: number): boolean => suffices(kept, seenAt(first));
    assert.deepEqual(
      [place, place - REACH / 4, place + REACH / 4].map(isEnoughAt),
      [true, true, true],
      `scrolled a little from ${place}`,
    );
    assert.deepEqual(
      [place - REACH, place + REACH, place + 10 * REACH].map(isEnoughAt),
      [false, false, false],
      `scrolled away from ${place}`,
    );
  }
});

test("two editors of a document, or what is above and below folded lines, are kept each by itself", () => {
  const kept = linesNear([...seenAt(0), ...seenAt(5000)]);
  assert.deepEqual(
    [100, 2500, 4900].map((line) => isAmong(kept, line)),
    [true, false, true],
  );
  assert.equal(suffices(kept, [...seenAt(100), ...seenAt(4900)]), true);
  assert.equal(suffices(kept, [...seenAt(100), ...seenAt(2500)]), false);
});

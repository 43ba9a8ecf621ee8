import assert from "node:assert/strict";
import { test } from "node:test";

import { Recovery } from "../src/recovery";

test("the fifth end within three minutes is one too many", () => {
  const recovery = new Recovery();
  assert.deepEqual(
    [0, 1, 2, 3].map((now) => recovery.ended(now)),
    [undefined, undefined, undefined, undefined],
  );
  assert.equal(recovery.ended(4), "the server ended 5 times within 180 s and is not started again.");
});

test("ends of long ago are forgotten", () => {
  const recovery = new Recovery();
  const minutes = [0, 1, 2, 2.5, 3.1, 4.1, 5.1, 5.6].map((minute) => recovery.ended(minute * 60_000));
  assert.ok(minutes.every((message) => message === undefined));
});

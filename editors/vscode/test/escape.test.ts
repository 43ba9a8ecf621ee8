import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { markdown, messageOf, plain } from "../src/escape";

interface Table {
  readonly texts: readonly { readonly text: string; readonly repeat?: number }[];
  readonly identifiers: readonly string[];
}

const table = JSON.parse(readFileSync("../../tests/editor/hostile.json", "utf8")) as Table;
const hostile = [...table.texts.map(({ text, repeat }) => text.repeat(repeat ?? 1)), ...table.identifiers];

test("text without anything odd is shown as it is", () => {
  for (const text of ["", "Basket.total", "x[0] (y) $a {b} 変 é 😀", "/home/me/my shop/.venv"]) {
    assert.equal(plain(text), text);
  }
});

test("links, icons, and what is not seen are shown as they are written", () => {
  assert.equal(plain("[a](command:b)"), "[a] (command:b)");
  assert.equal(plain("$(sync~spin) x"), "$ (sync~spin) x");
  assert.equal(plain("a\r\n\tb\u001b\u202ec\u2028\u200b"), "a\\r\\n\\tb\\u{1b}\\u{202e}c\\u{2028}\\u{200b}");
  assert.equal(plain("]\u200b(command:a)"), "]\\u{200b}(command:a)");
});

test("long text is cut between characters", () => {
  assert.equal(Array.from(plain("😀".repeat(500))).length, 500);
  const cut = plain("😀".repeat(501));
  assert.ok(Array.from(cut).length === 500 && cut.endsWith("😀…"));
});

test("nothing hostile makes a link, an icon, a second line, or another order of letters", () => {
  assert.ok(hostile.length > 60);
  for (const text of hostile) {
    for (const shown of [plain(text), markdown(text), messageOf(new Error(text)), messageOf(text)]) {
      assert.doesNotMatch(shown, /\]\(|\$\(|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, JSON.stringify(text));
    }
    // Whatever can begin markup comes after a backslash.
    const unescaped = markdown(text).replaceAll(/\\[!-/:-@[-`{-~]/g, "");
    assert.doesNotMatch(unescaped, /[!-/:-@[-`{-~]/, JSON.stringify(text));
  }
});

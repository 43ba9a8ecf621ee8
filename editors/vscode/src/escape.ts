/**
 * Text that comes from outside: from the server, which may quote what a repository brings, and from settings. Whatever of
 * it VS Code is to show goes through here, for VS Code makes links of `[text](target)` in messages, the target of which
 * may be a command; icons of `$(name)`; and markup of Markdown.
 */

/** Control characters, marks and overrides of the direction of writing, and characters that are not seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/** How many characters are shown. */
const LONGEST = 500;

/** The text in one line, as it is written, for any place that takes plain text; also for those that find links in it. */
export function plain(text: string): string {
  const characters = Array.from(text);
  const kept = characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join("")}…` : text;
  return kept.replaceAll(UNSEEN, escape).replaceAll("](", "] (").replaceAll("$(", "$ (");
}

/** As {@link plain}, for Markdown. */
export function markdown(text: string): string {
  return plain(text).replaceAll(/[!-/:-@[-`{-~]/g, "\\$&");
}

/** What is wrong, as {@link plain} text. */
export function messageOf(error: unknown): string {
  return plain(error instanceof Error ? error.message : String(error));
}

function escape(character: string): string {
  return ESCAPES[character] ?? `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}

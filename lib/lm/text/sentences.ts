/**
 * Splits running English text into sentences by punctuation: a full stop, question or exclamation mark,
 * with closing quotes, before a space and an upper-case letter, a digit or an opening quote, unless the
 * word before it is a known abbreviation or an initial.
 *
 * @module
 */

/** Words that a full stop follows without ending the sentence. */
const ABBREVIATIONS = new Set(
  ("Mr Mrs Ms Messrs Dr Gen Col Maj Capt Lieut Lt Sgt Adm Sen Rep Hon Gov Pres Prof Rev St Ste Mt Ft " +
    "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec Mass Penn Conn Ala Ark Ariz Cal Calif Colo Del " +
    "Fla Ga Ill Ind Kans Ky La Md Me Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Tenn Tex Va Vt Wash " +
    "Wis Wyo viz vs cf ibid").split(" "),
);

/** Words that a full stop follows without ending the sentence when a number comes next, in lower case. */
const BEFORE_NUMBERS = new Set("no nos art arts sec secs sect p pp vol vols ch".split(" "));

const BOUNDARY = /[.?!]+["'”’)\]]*\s+(?=["'“‘(\[]*[\p{Lu}\p{N}])/gu;

/**
 * The sentences of `text`, trimmed, without empty ones; joined with single spaces they give the text
 * back, up to white space.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sentences } from "offprint/lm/text/mod.ts";
 *
 * assertEquals(sentences("Gen. J. Q. Smith spoke. He left at 5 p.m. and slept."), [
 *   "Gen. J. Q. Smith spoke.",
 *   "He left at 5 p.m. and slept.",
 * ]);
 * ```
 */
export function sentences(text: string): string[] {
  const result: string[] = [];
  let start = 0;
  const push = (end: number): void => {
    const sentence = text.slice(start, end).replace(/\s+/g, " ").trim();
    if (sentence !== "") result.push(sentence);
    start = end;
  };
  for (const match of text.matchAll(BOUNDARY)) {
    const mark = match.index;
    if (
      match[0]!.startsWith(".") && !match[0]!.startsWith("..") &&
      abbreviated(text, start, mark, mark + match[0]!.length)
    ) {
      continue;
    }
    push(mark + match[0]!.length);
  }
  push(text.length);
  return result;
}

/** Whether the full stop at `mark` belongs to an abbreviation or to an initial; `next` is what follows. */
function abbreviated(text: string, start: number, mark: number, next: number): boolean {
  const word = /[\p{L}.]*$/u.exec(text.slice(Math.max(start, mark - 24), mark))![0];
  if (word === "") return false;
  if (/(^|\.)\p{Lu}$/u.test(word)) return word !== "I";
  if (ABBREVIATIONS.has(word)) return true;
  return BEFORE_NUMBERS.has(word.toLowerCase()) && /[\p{N}IVXLC]/u.test(text[next] ?? "");
}

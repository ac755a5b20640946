/**
 * Lines to print and sentences to speak, from the committed excerpts.
 *
 * @module
 */
import type { Tokenizer } from "offprint/lm/text/mod.ts";
import type { NetworkTexts } from "./measure_networks.ts";

/** Excerpts as token ids: calibrated on, and judged. */
interface Excerpts {
  readonly calibration: readonly { readonly tokens: readonly number[] }[];
  readonly evaluation: readonly { readonly tokens: readonly number[] }[];
}

/** Characters of a line at most. */
const LINE = 28;

/** Lines and sentences that are judged; half as many are calibrated on. */
const LINES = 48, SENTENCES = 8;

/** Texts of both kinds: calibrated on from training documents, judged from held-out ones. */
export function networkTexts(texts: Excerpts, tokenizer: Tokenizer): NetworkTexts {
  const of = (excerpts: Excerpts["calibration"], part: number) => {
    const words = excerpts.map(({ tokens }) =>
      // The first and the last may be cut.
      tokenizer.decode(tokens).replaceAll(/[^ -~]+/g, " ").trim().split(/ +/).slice(1, -1)
    );
    const each = Math.ceil(LINES * part / words.length);
    return {
      lines: words.flatMap((some) => linesOf(some).slice(0, each)).slice(0, LINES * part),
      sentences: words.slice(0, SENTENCES * part).map((some) => some.slice(0, 14).join(" ")),
    };
  };
  return { calibration: of(texts.calibration, 0.5), evaluation: of(texts.evaluation, 1) };
}

/** Words in lines of at most {@linkcode LINE} characters. */
function linesOf(words: readonly string[]): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + 1 + word.length > LINE) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/**
 * What the files of a new paper are called.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";

/** What is known of a paper when it is begun. */
export interface NewPaper {
  /** "11" */
  number: string;
  title: string;
  /** Words for files and addresses, "coin-tosses"; by default from the title. */
  name?: string;
  /** "2411.00841" */
  arxiv?: string;
  authors?: string[];
  year: number;
}

/** The names that follow from it. */
export interface PaperNames {
  /** "11-coin-tosses" */
  id: string;
  /** "coin_tosses" */
  room: string;
}

/** A title's first words, as many as make a name that is still short. */
const WORDS = 3;

/**
 * The names of a new paper.
 *
 * @throws {UserError} for a number, title or name that cannot be used.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { namesOf } from "offprint/kit/new_paper/mod.ts";
 *
 * const paper = { number: "11", title: "A Theory of Coins: And Why", year: 2026 };
 * assertEquals(namesOf(paper), { id: "11-theory-coins", room: "theory_coins" });
 * ```
 */
export function namesOf({ number, title, name, arxiv }: NewPaper): PaperNames {
  if (!/^\d\d$/.test(number) || number === "00") {
    throw new UserError({
      what: "the paper's number",
      got: number,
      expected: "two digits from 01 to 99",
      todo: 'Write for example: deno task new 11 "Title of the paper".',
    });
  }
  // The title stands in Markdown tables, comments and JSON.
  if (title.trim() === "" || title.length > 200 || /[\p{C}|`]|\*\//u.test(title)) {
    throw new UserError({
      what: "the paper's title",
      got: title,
      expected: "one line of at most 200 characters without |, ` and */",
    });
  }
  if (arxiv !== undefined && !/^\d{4}\.\d{4,5}$/.test(arxiv)) {
    throw new UserError({
      what: "--arxiv",
      got: arxiv,
      expected: 'an arXiv number like "2411.00841"',
    });
  }
  const words = name ?? nameFrom(title);
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(words)) {
    throw new UserError({
      what: "--name",
      got: words,
      expected: "small letters and digits, with - between words",
      todo: "Give one with --name, for example --name coin-tosses.",
    });
  }
  return { id: `${number}-${words}`, room: words.replaceAll("-", "_") };
}

/** Words of a title that say little. */
const SMALL = new Set(
  "a an the of on in for to and or by is are with via from at as not".split(" "),
);

function nameFrom(title: string): string {
  const words = title.split(":")[0]!.normalize("NFD").toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.filter((word) => !SMALL.has(word)).slice(0, WORDS).join("-");
}

/**
 * `deno task new`: begins a paper of your own.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import { parse, textOptions, wholeNumber } from "offprint/command_line.ts";
import type { Command } from "../kit/command.ts";
import { newPaper } from "../kit/new_paper/mod.ts";
import { ROOT } from "../kit/project.ts";

const USAGE = `deno task new NN "TITLE" [options]

Begins a paper: a ledger with one claim, a room in lib/papers, a test, and a notebook in the form that all have. It
passes deno task check and deno task run at once; then put the paper's own idea in the place of the example, piece by
piece. CONTRIBUTING.md says how.

Arguments:
  NN            the paper's number, two digits that no notebook has
  TITLE         its title

Options:
  --name WORDS    for files and addresses, coin-tosses; by default the title's first words
  --arxiv NUMBER  2411.00841
  --authors LIST  with commas between them
  --year YEAR     this one by default
  --help          this text

Example: deno task new 11 "A Theory of Coins" --authors "Ada Lovelace, Mary Somerville"`;

export const command: Command = {
  name: "new",
  summary: "begin a paper of your own: ledger, room, test and notebook",
  usage: USAGE,
  run: (args) => begin(args, ROOT),
};

/** The command on any project folder. */
export async function begin(args: string[], root: string): Promise<number> {
  const { positionals, option } = parse(
    "new",
    args,
    textOptions("name", "arxiv", "authors", "year"),
    true,
  );
  const [number, title, ...more] = positionals;
  if (number === undefined || title === undefined || more.length > 0) {
    throw new UserError({
      what: "deno task new",
      got: positionals.length === 0 ? new Described("no arguments") : positionals.join(" "),
      expected: "a number and a title",
      todo: 'Write for example: deno task new 11 "Title of the paper", the title in quotes.',
    });
  }
  const [name, arxiv, authors, year] = ["name", "arxiv", "authors", "year"].map(option);
  const files = await newPaper(root, {
    number,
    title,
    year: wholeNumber("--year", year ?? String(new Date().getFullYear()), 1900, 2100),
    ...(name !== undefined && { name }),
    ...(arxiv !== undefined && { arxiv }),
    ...(authors !== undefined && { authors: namesIn(authors) }),
  });
  for (const file of files) console.log(file);
  console.log(
    `\nNow: deno task run ${number} --write. What comes next stands in CONTRIBUTING.md.`,
  );
  return 0;
}

function namesIn(list: string): string[] {
  const names = list.split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (names.length > 0) return names;
  throw new UserError({ what: "--authors", got: list, expected: "names with commas between them" });
}

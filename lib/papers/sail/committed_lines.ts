/**
 * The lines of one committed run, packed, so that anybody can compute its numbers anew; of all runs the results hold a
 * hash of the lines, which a rerun of `deno task measure-sail` can be held against.
 *
 * @module
 */
import { messageOf, UserError } from "offprint/errors.ts";
import { checkHash } from "offprint/checked_json.ts";
import { writeWhole } from "offprint/files.ts";
import { sha256 } from "offprint/lm/corpora/mod.ts";
import type { ListResults } from "./list_results.ts";
import type { PlannedRun } from "./planned_runs.ts";
import { parseRunLines, type RunLine } from "./run_lines.ts";

/** The run whose lines are committed. */
export const RUN_WITH_LINES: PlannedRun = { arm: "DPR", seed: 1 };

/** Where they lie. */
export const LIST_LINES_FILE = new URL(
  "../../../data/results/09-list-task-lines.jsonl.gz",
  import.meta.url,
);

/** How the results name a run's lines. */
export function linesKey({ arm, seed }: PlannedRun): string {
  return `${arm}, seed ${seed}`;
}

/** The hash of a run's lines. */
export async function linesHash(text: string): Promise<string> {
  return await sha256(new TextEncoder().encode(text));
}

/** Writes the lines of {@linkcode RUN_WITH_LINES}. */
export async function writeCommittedLines(
  text: string,
  file: URL = LIST_LINES_FILE,
): Promise<void> {
  await writeWhole(file, await throughStream(text, new CompressionStream("gzip")));
}

/**
 * Reads the lines of {@linkcode RUN_WITH_LINES}.
 *
 * @throws {UserError} when the file is missing, damaged or of another run than the results speak of.
 */
export async function loadCommittedLines(
  { lines }: Pick<ListResults, "lines">,
  file: URL = LIST_LINES_FILE,
): Promise<RunLine[]> {
  const what = decodeURIComponent(file.pathname);
  let text: string;
  try {
    const unpacked = await throughStream(
      await Deno.readFile(file),
      new DecompressionStream("gzip"),
    );
    text = new TextDecoder().decode(unpacked);
  } catch (error) {
    throw new UserError({
      what,
      got: messageOf(error),
      expected: "the packed lines of the repository",
      todo: "Restore the file from version control.",
    });
  }
  checkHash(what, await linesHash(text), lines[linesKey(RUN_WITH_LINES)] ?? "");
  return parseRunLines(text, what);
}

async function throughStream(
  content: BlobPart,
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array<ArrayBuffer>> {
  const through = new Blob([content]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(through).arrayBuffer());
}

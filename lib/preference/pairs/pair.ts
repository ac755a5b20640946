/**
 * Preference pairs as they lie in files: one JSON object a line, in the layout of the public comparison sets
 * (`prompt`, `chosen`, `rejected`).
 *
 * @module
 */
import { z } from "zod";
import { checkedJson } from "offprint/checked_json.ts";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { readText } from "offprint/files.ts";

const pairSchema = z.object({
  id: z.union([z.string(), z.number()]).exactOptional(),
  prompt: z.string(),
  chosen: z.string(),
  rejected: z.string(),
  source: z.string().exactOptional(),
  labelProbability: z.number().min(0).max(1).exactOptional(),
});

/** A prompt with a better and a worse response. */
export interface PreferencePair {
  /** Names the pair in reports and messages. */
  id: string;
  prompt: string;
  chosen: string;
  rejected: string;
  /** Where the pair comes from. */
  source: string;
  /** The probability that the label is right; 1 where nothing is said. */
  labelProbability: number;
}

/**
 * Reads pairs from JSON lines. Fields that are not known here are passed over; without an `id` a pair is
 * named by its line.
 *
 * @param name of the file, for messages.
 * @throws {UserError} naming the line that is not a pair, has an empty response or two equal ones.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parsePairs } from "offprint/preference/pairs/mod.ts";
 *
 * const [pair] = parsePairs('{"prompt":"2 + 2 =","chosen":" 4","rejected":" 5"}', "sums.jsonl");
 * assertEquals(pair?.id, "line 1");
 * ```
 */
export function parsePairs(text: string, name: string): PreferencePair[] {
  const pairs: PreferencePair[] = [];
  const ids = new Set<string>();
  for (const [index, line] of text.replace(/^\uFEFF/, "").split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const what = `${name}, line ${index + 1}`;
    const pair = parsedPair(line, what, `line ${index + 1}`);
    if (ids.has(pair.id)) {
      throw new UserError({
        what: `${what}: id`,
        got: pair.id,
        expected: "an id that no other line has",
      });
    }
    ids.add(pair.id);
    pairs.push(pair);
  }
  if (pairs.length === 0) {
    throw new UserError({
      what: name,
      got: new Described("no pairs"),
      expected: 'lines like {"prompt": "…", "chosen": "…", "rejected": "…"}',
    });
  }
  return pairs;
}

function parsedPair(line: string, what: string, defaultId: string): PreferencePair {
  const pair = checkedJson(pairSchema, line, { what });
  const { id, source = "", labelProbability = 1, ...texts } = pair;
  for (const key of ["chosen", "rejected"] as const) {
    if (texts[key] === "") {
      throw new UserError({
        what: `${what}: ${key}`,
        got: "",
        expected: "a response that is not empty",
        todo: "Leave the pair out.",
      });
    }
  }
  if (texts.chosen === texts.rejected) {
    throw new UserError({
      what,
      got: new Described("two equal responses"),
      expected: "different ones",
      todo: "Leave the pair out: nothing can be learned from it.",
    });
  }
  return { id: String(id ?? defaultId), ...texts, source, labelProbability };
}

/** Reads a file of pairs; see {@linkcode parsePairs}. */
export async function readPairs(file: string | URL): Promise<PreferencePair[]> {
  const name = file instanceof URL ? decodeURIComponent(file.pathname) : file;
  let text: string;
  try {
    text = await readText(file);
  } catch (error) {
    throw new UserError({
      what: name,
      got: error instanceof Deno.errors.NotFound
        ? new Described("no such file")
        : new Described(messageOf(error)),
      expected: "a file of pairs in JSON lines",
    });
  }
  return parsePairs(text, name);
}

/**
 * Which submissions share structure: winnowed fingerprints of the syntax of what students wrote, less what the handed out
 * notebook gave them. A list to look at, not a verdict.
 *
 * Tokens are the kinds of the syntax tree's leaves, so that other names, numbers and comments do not matter; every `SPAN` of
 * them in a row is hashed, and of each `WINDOW` hashes the least is kept (Schleimer, Wilkerson and Aiken 2003, section 3).
 *
 * @module
 */
import { parseSyntax, walk } from "offprint/syntax/mod.ts";
import type { Assignment } from "./form/mod.ts";
import { stubs } from "./release.ts";
import { listSubmissions, readSubmission, readSubmitted } from "./submissions.ts";

/** Tokens of one fingerprint. */
const SPAN = 12;
/** Fingerprints of which one is kept. */
const WINDOW = 4;
/** With fewer fingerprints of its own, a notebook is too short to be compared. */
const LEAST_PRINTS = 4;

/** Two submissions that share fingerprints. */
export interface SimilarPair {
  students: [string, string];
  /** Shared fingerprints, as part of those of the one that has fewer. */
  share: number;
  /** How many are shared. */
  shared: number;
  /** Those of each. */
  prints: [number, number];
}

/**
 * Fingerprints of a text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fingerprints } from "offprint/kit/classroom/mod.ts";
 *
 * const loop = "let s = 0; for (const x of xs) { s += x * x; } return s / xs.length;";
 * const renamed = loop.replaceAll("xs", "values").replaceAll("s ", "total ");
 * assertEquals(await fingerprints(renamed), await fingerprints(loop));
 * ```
 */
export async function fingerprints(text: string): Promise<Set<number>> {
  const { root } = await parseSyntax("typescript", text, "a cell");
  const tokens: number[] = [];
  for (const { kind, children } of walk(root)) if (children.length === 0) tokens.push(hash(kind));
  const spans: number[] = [];
  for (let at = 0; at + SPAN <= tokens.length; at++) {
    spans.push(
      tokens.slice(at, at + SPAN).reduce((all, token) => Math.imul(all, 31) + token | 0, 7),
    );
  }
  const kept = new Set<number>();
  for (let at = 0; at + WINDOW <= spans.length; at++) {
    kept.add(Math.min(...spans.slice(at, at + WINDOW)));
  }
  return kept;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value | 0;
}

/** All pairs of a folder's submissions that share at least `least` of the smaller one, the most alike first. */
export async function similarPairs(
  folder: string,
  assignment: Assignment,
  least: number,
): Promise<SimilarPair[]> {
  const given = await fingerprints([...stubs(assignment).solutions.values()].join("\n"));
  const classes: { student: string; prints: Set<number> }[] = [];
  for (const { student, path } of await listSubmissions(folder)) {
    const bytes = await readSubmitted(path);
    if ("refused" in bytes) continue;
    const submission = readSubmission(bytes, assignment);
    if ("refused" in submission) continue;
    const { solutions, added } = submission.answers;
    const text = [...solutions.values(), ...[...added.values()].flat()].join("\n");
    const prints = new Set([...await fingerprints(text)].filter((print) => !given.has(print)));
    if (prints.size >= LEAST_PRINTS) classes.push({ student, prints });
  }
  const pairs: SimilarPair[] = [];
  for (const [i, a] of classes.entries()) {
    for (const b of classes.slice(i + 1)) {
      const shared = [...a.prints].filter((print) => b.prints.has(print)).length;
      const share = shared / Math.min(a.prints.size, b.prints.size);
      if (share < least) continue;
      const prints: [number, number] = [a.prints.size, b.prints.size];
      pairs.push({ students: [a.student, b.student], share, shared, prints });
    }
  }
  return pairs.sort((a, b) => b.share - a.share || b.shared - a.shared);
}

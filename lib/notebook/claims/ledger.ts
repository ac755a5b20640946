/**
 * The claims ledger: one JSON file per paper with its citation and every claim we hold it to, each
 * with the rule that decides it. Files are checked in full when they are read.
 *
 * @module
 */
import { z } from "zod";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { checkedValue } from "offprint/checked_json.ts";
import { readTextSync } from "offprint/files.ts";
import { missingComparison } from "./comparison.ts";
import type { MeasuredValue, Recorded } from "./measured.ts";
import { passes, type Rule, ruleSchema } from "./rules.ts";

/** Zod schema of one {@linkcode Claim}. */
const claimSchema = z.strictObject({
  id: z.string().regex(/^\d\d\.[a-z0-9]+(-[a-z0-9]+)*$/, 'an id like "02.theorem-1"'),
  where: z.string().min(1),
  statement: z.string().min(1),
  kind: z.enum(["identity", "trend", "measurement", "headline"]),
  published: z.strictObject({
    value: z.union([z.number(), z.string().min(1)]),
    note: z.string().min(1).exactOptional(),
  }).exactOptional(),
  provenance: z.enum(["paper", "digest", "recall", "derived", "ours"]),
  check: ruleSchema,
  reason: z.string().min(1).exactOptional(),
  compares: z.int().min(1).exactOptional(),
}).superRefine((claim, context) => {
  const say = (message: string) =>
    context.addIssue({ code: "custom", path: ["check", "rule"], message });
  if (claim.kind === "headline" && claim.check.rule !== "needs") {
    say('rule "needs" for a headline: the paper\'s own scale is not run here');
  }
  if (claim.kind === "identity" && claim.check.rule === "needs") {
    say('any rule but "needs" for an identity: it must be decided in every run');
  }
});

/**
 * Zod schema of one sentence of a paper's abstract in our own words, with the claims that answer it; `none` says why no claim does.
 */
const abstractSentenceSchema = z.strictObject({
  sentence: z.int().min(1),
  says: z.string().min(1),
  claims: z.array(z.string().min(1)),
  none: z.string().min(1).exactOptional(),
}).superRefine(({ claims, none }, context) => {
  if ((claims.length === 0) !== (none !== undefined)) {
    const message = "at least one claim, or none with the reason";
    context.addIssue({ code: "custom", path: ["claims"], message });
  }
});

/** Zod schema of {@linkcode Paper}. */
const paperSchema = z.strictObject({
  id: z.string().regex(/^\d\d(-[a-z0-9]+)+$/, 'an id like "02-specdec-theory"'),
  number: z.string().regex(/^\d\d$/, "two digits"),
  title: z.string().min(1),
  authors: z.array(z.string().min(1)).min(1),
  venue: z.string().min(1),
  year: z.int().min(1900).max(2100),
  arxiv: z.string().regex(/^\d{4}\.\d{4,5}$/, 'an arXiv number like "2411.00841"').exactOptional(),
  summary: z.string().min(1),
  notebook: z.string().min(1).nullable(),
  abstract: z.array(abstractSentenceSchema).exactOptional(),
  claims: z.array(claimSchema),
}).superRefine((paper, context) => {
  const say = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path, message });
  if (!paper.id.startsWith(`${paper.number}-`)) {
    say(["number"], `"${paper.id.slice(0, 2)}", the first two digits of the id`);
  }
  if (paper.notebook !== null && paper.notebook !== paper.id) {
    say(["notebook"], `"${paper.id}", the paper's id, or null while the notebook is to come`);
  }
  const seen = new Set<string>();
  paper.claims.forEach((claim, i) => {
    if (!claim.id.startsWith(`${paper.number}.`)) {
      say(["claims", i, "id"], `an id that starts with "${paper.number}."`);
    }
    if (seen.has(claim.id)) say(["claims", i, "id"], "an id no other claim has");
    seen.add(claim.id);
  });
  paper.abstract?.forEach(({ sentence, claims }, i) => {
    if (sentence !== i + 1) {
      say(["abstract", i, "sentence"], `${i + 1}, since every sentence is listed in its order`);
    }
    claims.forEach((id, k) => {
      if (!seen.has(id)) say(["abstract", i, "claims", k], "the id of a claim of this paper");
    });
  });
});

/** A paper: its citation, its claims, and which of them answer which sentence of its abstract. */
export type Paper = z.infer<typeof paperSchema>;

/**
 * One claim of a paper. `statement` is one plain sentence that a stranger can read; `reason` says, where
 * it helps, why the rule is as it is ("4 standard errors, because 27 comparisons are tested");
 * `compares` is the least number of comparisons that the verdict takes, and obliges the notebook to say
 * how many it made.
 *
 * `kind`: `identity` is a theorem or exact example and must hold in every run; `trend` is a
 * qualitative result at this project's scale; `measurement` is a time or throughput of one run on one
 * machine, never stored; `headline` is the paper's own number at its own scale, never run here.
 */
export type Claim = z.infer<typeof claimSchema>;

/** What kind of statement a claim is. */
export type ClaimKind = Claim["kind"];

/** What a run says about a claim. */
export type Verdict =
  | "holds"
  | "broken"
  | "shown"
  | "not shown"
  | `not run here (needs ${string})`;

/** Media type of the output that carries a {@linkcode ClaimRecord} from a notebook to the report. */
export const CLAIM_MEDIA_TYPE = "application/vnd.offprint.claim+json";

/** A claim with the outcome of one run, as stored in a notebook's output. */
export interface ClaimRecord {
  id: string;
  kind: ClaimKind;
  verdict: Verdict;
  measured: Recorded;
  /** The paper's number, or null where the claim has none. */
  published: { value: number | string; note?: string } | null;
  rule: Rule;
  /** A remark given with the measured value. */
  note?: string;
  /** How many comparisons the value rests on, where the notebook said so. */
  compared?: number;
}

/**
 * The verdict on a claim, by its rule alone; `not run here` where nothing was compared
 * (see {@linkcode missingComparison}).
 *
 * @param compared How many comparisons the value rests on.
 * @throws {TypeError} when the measured value does not have the shape of the claim's rule; names the claim.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { judge } from "offprint/notebook/claims/ledger.ts";
 *
 * const claim = {
 *   id: "02.sum", where: "section 3", statement: "a sum", kind: "identity", provenance: "derived",
 *   check: { rule: "within", value: 0.3, absolute: 1e-9 },
 * } as const;
 * assertEquals(judge(claim, 0.1 + 0.2), "holds");
 * assertEquals(judge(claim, 0.4), "broken");
 * ```
 */
export function judge(
  claim: Pick<Claim, "id" | "kind" | "check" | "compares">,
  value: MeasuredValue,
  compared?: number,
): Verdict {
  if (claim.check.rule === "needs") return `not run here (needs ${claim.check.what})`;
  const missing = missingComparison(claim.check, value, { compared, required: claim.compares });
  if (missing !== undefined) return `not run here (needs ${missing})`;
  if (claim.compares !== undefined && compared === undefined) {
    throw new TypeError(
      `claim ${claim.id}: got no number of comparisons, expected { value, compared } ` +
        `with at least ${claim.compares}`,
    );
  }
  let passed: boolean;
  try {
    passed = passes(claim.check, value);
  } catch (error) {
    if (error instanceof TypeError) throw new TypeError(`claim ${claim.id}, ${error.message}`);
    throw error;
  }
  if (claim.kind === "identity") return passed ? "holds" : "broken";
  return passed ? "shown" : "not shown";
}

/**
 * Checks what a ledger file holds.
 *
 * @param json The parsed JSON.
 * @param file The file's name, for messages.
 * @throws {UserError} naming the file and the first wrong field, and counting the others.
 */
export function parsePaper(json: unknown, file: string): Paper {
  return checkedValue(paperSchema, json, {
    what: file,
    todo: "See lib/notebook/claims/ledger.ts for the fields.",
  });
}

/** The folder that holds the ledger: `data/papers/`. */
const LEDGER = new URL("../../../data/papers/", import.meta.url);

/**
 * Reads one paper of the ledger.
 *
 * @param id Its id, "02-specdec-theory".
 * @param folder Where the ledger lies; by default the project's.
 * @throws {UserError} when there is no such paper, or its file is not valid.
 */
export function loadPaper(id: string, folder: URL = LEDGER): Paper {
  const ids = paperIds(folder);
  if (!ids.includes(id)) {
    throw new UserError({ what: "paper", got: id, expected: `one of ${ids.join(", ")}` });
  }
  const file = `data/papers/${id}.json`;
  let json: unknown;
  try {
    json = JSON.parse(readTextSync(new URL(`${id}.json`, folder)));
  } catch (error) {
    throw new UserError({
      what: file,
      got: new Described(messageOf(error)),
      expected: "a JSON file",
    });
  }
  const paper = parsePaper(json, file);
  if (paper.id !== id) {
    throw new UserError({ what: `${file}: id`, got: paper.id, expected: `"${id}", as the file` });
  }
  return paper;
}

/**
 * Reads all papers of the ledger, by number.
 *
 * @throws {UserError} when one is not valid.
 */
export function loadPapers(folder: URL = LEDGER): Paper[] {
  return paperIds(folder).map((id) => loadPaper(id, folder));
}

/** The ids of all papers in the ledger, by number. */
export function paperIds(folder: URL = LEDGER): string[] {
  return Array.from(Deno.readDirSync(folder), (entry) => entry.name)
    .filter((name) => /^\d\d-.*\.json$/.test(name))
    .map((name) => name.slice(0, -".json".length))
    .sort();
}

/**
 * The records that all modes share: tasks, programs, evaluations, what is made of them, and outcomes.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";

/** The six roles, in the order in which their texts are joined. */
export const ROLES = [
  "syntax",
  "logic",
  "correctness",
  "readability",
  "runtime",
  "redundancy",
] as const;

/** What one evaluator looks at. */
export type Role = typeof ROLES[number];

const literals = z.array(z.string());
const exampleSchema = z.strictObject({
  /** Arguments as literals. */
  args: literals,
  /** The value as a literal. */
  expected: z.string(),
});

/** A call with its value, both as literals. */
export type Example = z.infer<typeof exampleSchema>;

const publicFields = {
  id: z.string().min(1),
  language: z.enum(["javascript", "typescript", "python"]),
  statement: z.string(),
  entry: z.string().regex(/^[A-Za-z_$][\w$]*$/, "the name of a function"),
  examples: z.array(exampleSchema),
  /** The largest exponent of work against size that is right; 9 where it is exponential. */
  exponent: z.number().nonnegative(),
  /** A function of a size and a source of whole numbers that makes arguments, as text; empty where there is none. */
  input: z.string(),
  /** Conditions `(f, args) => boolean` that hold for every right program, by name. */
  relations: z.record(z.string(), z.string()),
  /** Text that runs before every program of the task: names that it may use. */
  prelude: z.string().exactOptional(),
  source: z.string(),
  licence: z.string(),
};

/** Zod schema of {@linkcode Task}. */
export const taskSchema = z.strictObject({
  ...publicFields,
  hiddenTests: z.array(exampleSchema.extend({
    /** A function of the harness that is called in place of the task's own. */
    entry: z.string().exactOptional(),
  })).min(1),
  /** Text that runs after a program when hidden tests judge it: functions that they call. As hidden as they are. */
  harness: z.string().exactOptional(),
});

/** A task with the tests that decide. */
export type Task = z.infer<typeof taskSchema>;

/**
 * A task as evaluators and optimisers get it. A {@linkcode Task} is none: handing one over does not compile.
 */
export type PublicTask = Omit<Task, "hiddenTests" | "harness"> & {
  hiddenTests?: never;
  harness?: never;
};

/** A task without its hidden tests and all that belongs to them. */
export function publicTask({ hiddenTests: _, harness: _harness, ...rest }: Task): PublicTask {
  return rest;
}

/** Zod schema of {@linkcode Program}. */
export const programSchema = z.strictObject({
  task: z.string(),
  text: z.string(),
  origin: z.enum(["reference", "mutant", "ported", "generated", "optimised", "user"]),
  parent: z.string().exactOptional(),
  iteration: z.int().nonnegative().exactOptional(),
});

/** A text that claims to do a task. */
export type Program = z.infer<typeof programSchema>;

const findingSchema = z.strictObject({
  /** Offsets into the program's text. */
  span: z.strictObject({ start: z.int().nonnegative(), end: z.int().nonnegative() }),
  category: z.string(),
  severity: z.enum(["error", "warning", "note"]),
  confidence: z.number().min(0).max(1),
  message: z.string(),
});

/** One thing that an evaluator found. */
export type Finding = z.infer<typeof findingSchema>;

/** Zod schema of {@linkcode Evaluation}. */
export const evaluationSchema = z.strictObject({
  program: z.string(),
  /** A role, `generalist`, or the name of a role of one's own. */
  role: z.string().regex(/^[a-z][a-z -]*$/, "a name in small letters"),
  backend: z.enum(["analyser", "critic", "llm", "replay"]),
  text: z.string(),
  findings: z.array(findingSchema),
  /** Whether it says that the program is defective; `unsure` counts as no. */
  verdict: z.enum(["fail", "pass", "unsure"]),
  cost: z.strictObject({
    tokensIn: z.int().nonnegative(),
    tokensOut: z.int().nonnegative(),
    /** Parser nodes looked at and statements executed. */
    work: z.number().nonnegative(),
    calls: z.int().nonnegative(),
  }),
  /** Whether its budget cut it. */
  truncated: z.boolean(),
  /** Whether its text could be read. */
  parse: z.enum(["ok", "no verdict", "refused", "empty"]),
});

/** One evaluator's opinion of one program. */
export type Evaluation = z.infer<typeof evaluationSchema>;

/** How opinions become one. */
export type Rule = "concatenate" | "any" | "majority" | "weighted";

/** Zod schema of {@linkcode Aggregate}. */
const aggregateSchema = z.strictObject({
  roles: z.array(z.string()),
  rule: z.enum(["concatenate", "any", "majority", "weighted"]),
  text: z.string(),
  findings: z.array(findingSchema),
  verdict: z.enum(["fail", "pass"]),
});

/** What the optimiser reads. */
export type Aggregate = z.infer<typeof aggregateSchema>;

/** How one test of a program ended. */
export type TestStatus = "pass" | "wrong value" | "throw" | "time-out" | "crash";

/** Zod schema of {@linkcode Outcome}. */
const outcomeSchema = z.strictObject({
  tests: z.array(z.enum(["pass", "wrong value", "throw", "time-out", "crash"])),
});

/** What the hidden tests say. */
export type Outcome = z.infer<typeof outcomeSchema>;

/** Zod schema of {@linkcode Step}. */
const stepSchema = z.strictObject({
  iteration: z.int().nonnegative(),
  before: z.string(),
  verdict: z.enum(["fail", "pass"]),
  proposals: z.int().nonnegative(),
  after: z.string(),
  accepted: z.boolean(),
});

/** One turn of the loop. */
export type Step = z.infer<typeof stepSchema>;

/** Zod schema of {@linkcode Run}. */
export const runSchema = z.strictObject({
  arm: z.string().min(1),
  roles: z.array(z.string()).min(1),
  budget: z.strictObject({
    tokens: z.int().positive(),
    /** None where evaluators run nothing. */
    work: z.number().positive().exactOptional(),
  }),
  iterations: z.int().nonnegative(),
  seeds: z.array(z.int()).min(1),
  /** The model that was asked, where one was. */
  model: z.string().exactOptional(),
  /** SHA-256 of what the numbers hang on: `prompts`, `problems`, … */
  hashes: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hexadecimal")),
  /** By name; without an interval where there are too few problems for one, `null` where there is nothing to divide by. */
  metrics: z.record(
    z.string(),
    z.strictObject({
      mean: z.number().nullable(),
      low: z.number().exactOptional(),
      high: z.number().exactOptional(),
    }),
  ),
});

/** One arm's run and what it amounted to. */
export type Run = z.infer<typeof runSchema>;

/**
 * A record as its schema reads it.
 *
 * @throws {UserError} naming the first wrong field.
 */
export function checkedRecord<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  return checkedValue(schema, value, { what });
}

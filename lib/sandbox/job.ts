/**
 * What a sandbox runs and what comes back, whatever the language.
 *
 * @module
 */

/** What one program may use. */
export interface SandboxLimits {
  /**
   * Work of one call: loop turns and calls, in units of 10 000 that the interpreter counts. The same program always
   * stops at the same place, however busy the machine is. Heeded for JavaScript.
   */
  steps: number;
  /** Work of all calls of a program together, in the same units. A call that comes when it is spent ends by `time`. */
  allSteps: number;
  /**
   * Time of one call in milliseconds, for work that is not a step: one long call of a built-in function. For JavaScript waiting for a
   * processor does not count.
   */
  timeMs: number;
  /** Bytes of the interpreter's memory. */
  memoryBytes: number;
  /** Bytes of its stack. */
  stackBytes: number;
  /** Characters of one result, and of what a call prints. */
  outputCharacters: number;
}

/** Limits that leave room for any small pure function. */
export const USUAL_LIMITS: SandboxLimits = {
  steps: 300,
  allSteps: 3_000,
  timeMs: 2_000,
  memoryBytes: 32_000_000,
  stackBytes: 256_000,
  outputCharacters: 100_000,
};

/** A call of one function of a program. Arguments are literals of its language, as {@linkcode literalOf} writes them. */
export interface SandboxCall {
  entry: string;
  args: readonly string[];
}

/** A program and what is asked of it. */
export interface SandboxJob {
  /** Its text, in the language of the sandbox. */
  code: string;
  calls: readonly SandboxCall[];
  limits?: Partial<SandboxLimits>;
  /** Text that is run before it: names that it may use. Programs with the same prelude share the work of running it. */
  prelude?: string;
  /** A global number that is set to 0 before each call and read after it. */
  counter?: string;
  /** Calls that come after the first one that does not return are not made. */
  stopAtFailure?: boolean;
}

/** How a call ended. */
export type CallStatus =
  /** It returned. */
  | "value"
  /** It threw, or the program has no such function. */
  | "throw"
  /** It did more steps, or took more time, than it may. */
  | "time"
  | "memory"
  | "stack"
  /** It printed or returned too much. */
  | "output"
  /** Its process ended. */
  | "crash"
  /** It was not made: an earlier one failed. */
  | "skipped";

/** What came of a call. */
export interface CallOutcome {
  status: CallStatus;
  /** The value as a literal, where there is one. */
  value?: string;
  /** What was thrown, in one line. */
  message?: string;
  /** What the counter said. */
  count?: number;
  /** What it printed. */
  printed?: string;
}

/** What came of a program. */
export interface SandboxResult {
  /** `ran`, or why its text could not even be read to the end. */
  status: "ran" | CallStatus | "syntax";
  message?: string;
  /** One for each call; empty unless the text was read to the end. */
  calls: CallOutcome[];
}

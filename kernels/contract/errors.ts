/**
 * The one error of the kernels: a line that says what was got, what was expected and what to do.
 *
 * @module
 */

/** The parts of a {@linkcode KernelError}'s line. */
export interface KernelErrorParts {
  /** Core and argument the line is about: `"gemm: weights.words"`. */
  what: string;
  /** What was found there, already in words or as a value. */
  got: unknown;
  /** What would have been accepted, with names and numbers. */
  expected: string;
  /** The next step, as an instruction. */
  todo?: string;
}

/**
 * An argument a core refuses (wrong type, shape or value), or a backend that was asked for and cannot
 * be had.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { KernelError } from "kernels/contract/errors.ts";
 *
 * const error = new KernelError({ what: "gemm: columns", got: 12, expected: "a multiple of 8" });
 * assertEquals(error.message, "gemm: columns: got 12, expected a multiple of 8.");
 * ```
 */
export class KernelError extends Error {
  /** Told apart by it where `instanceof` cannot, as between workers. */
  override readonly name = "KernelError";
  /** The parts of the message. */
  readonly parts: KernelErrorParts;

  /** Makes the message from its parts. */
  constructor(parts: KernelErrorParts) {
    const todo = parts.todo === undefined ? "" : ` ${parts.todo}`;
    super(`${parts.what}: got ${inWords(parts.got)}, expected ${parts.expected}.${todo}`);
    this.parts = parts;
  }
}

/** The error of kernels that are used after they were closed. */
export function closedKernels(): KernelError {
  return new KernelError({
    what: "kernels",
    got: "kernels that are closed",
    expected: "kernels that are open",
    todo: "Open new ones with openKernels().",
  });
}

/** A value as it is in a message: one short line. */
export function inWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  if (ArrayBuffer.isView(value)) {
    const length = (value as { length?: number }).length ?? value.byteLength;
    return `${value.constructor.name} of ${length}`;
  }
  if (typeof value === "function") return `function ${value.name}`;
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

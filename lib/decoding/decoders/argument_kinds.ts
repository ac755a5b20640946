/**
 * What a decoder is given, where types do not speak: from JavaScript, or in a cell whose types nobody checks.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";

/** Arguments that every decoder takes in one of two forms: a text, or several. */
export interface DecoderArguments {
  /** A draft and a target, or one model, by the names of the options. */
  readonly models: Readonly<Record<string, unknown>>;
  /** A stream, or for several texts what opens one. */
  readonly random: unknown;
  /** Absent where a decoder has no policy. */
  readonly candidates?: unknown;
  /** Absent where it decodes one text. */
  readonly prompts?: unknown;
}

/**
 * Checks that each is of its kind; what is in it is checked elsewhere.
 *
 * @throws {UserError} naming the first that is not.
 */
export function checkKinds(given: DecoderArguments): void {
  for (const [what, model] of Object.entries(given.models)) {
    if (has(model, "open")) continue;
    refuse(what, model, "a language model", 'Open one with loadModel("sotu-target").');
  }
  if ("prompts" in given) {
    const { prompts, random } = given;
    if (!Array.isArray(prompts)) {
      refuse(
        "prompts",
        prompts,
        "a list of prompts, each a list of tokens",
        "Write for example [[1, 2], [3]].",
      );
    }
    if (typeof random !== "function") {
      refuse("random", random, "a function from a text's number to its stream", STREAMS);
    }
  } else if (!has(given.random, "uniform")) {
    refuse("random", given.random, "a stream of random numbers", STREAM);
  }
  const { candidates } = given;
  if (candidates !== undefined && !has(candidates, "begin")) {
    const number = typeof candidates === "number" ? candidates : 4;
    refuse(
      "candidates",
      candidates,
      "a policy of candidate lengths",
      `Write constantLength(${number}).`,
    );
  }
}

const STREAM = 'Write stream(1, "mine") of offprint/random.ts.';
const STREAMS = 'Write (text) => stream(1, "mine", text) with stream of offprint/random.ts.';

function has(value: unknown, method: string): boolean {
  return typeof (value as Record<string, unknown> | null | undefined)?.[method] === "function";
}

function refuse(what: string, value: unknown, expected: string, todo: string): never {
  const got = value === undefined ? new Described("nothing") : value;
  throw new UserError({ what, got, expected, todo });
}

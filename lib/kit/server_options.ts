/**
 * What commands need for a model behind a server: its options on the command line.
 *
 * @module
 */
import {
  type ChatClientOptions,
  folderStore,
  OPTIONAL_FIELDS,
  type OptionalField,
} from "offprint/chat/mod.ts";
import { UserError } from "offprint/errors.ts";

/** The options that say where the server is and how it is asked. */
export const SERVER_OPTIONS = [
  "endpoint",
  "model",
  "answer-seconds",
  "tries",
  "limit-field",
  "omit",
  "store",
  "max-calls",
  "max-total-tokens",
] as const;

type Name = typeof SERVER_OPTIONS[number];

/** The value of an option as a number from `low` to `high`, a whole one unless `whole` is false, or `fallback`. */
export type NumberOf<Names> = (
  name: Names,
  fallback: number,
  low: number,
  high: number,
  whole?: boolean,
) => number;

/** In seconds; a timer holds no more than some weeks. */
export const A_DAY = 86_400;

/**
 * The options of a client. The key is taken from OPENAI_API_KEY.
 *
 * @param number the value of an option
 * @throws {UserError} for a wrong value.
 */
export function serverOptions(
  values: Partial<Record<Name, string>>,
  number: NumberOf<Name>,
): ChatClientOptions {
  const whole = (name: Name, low: number): number | undefined =>
    values[name] === undefined ? undefined : number(name, 0, low, Number.MAX_SAFE_INTEGER);
  const key = Deno.env.get("OPENAI_API_KEY");
  const field = values["limit-field"] ?? "max_tokens";
  if (field !== "max_tokens" && field !== "max_completion_tokens") {
    throw new UserError({
      what: "--limit-field",
      got: field,
      expected: "max_tokens or max_completion_tokens",
    });
  }
  const omit = (values.omit ?? "").split(",").map((name) => name.trim()).filter((name) => name);
  const odd = omit.find((name) => !(OPTIONAL_FIELDS as readonly string[]).includes(name));
  if (odd !== undefined) {
    throw new UserError({
      what: "--omit",
      got: odd,
      expected: `fields among ${OPTIONAL_FIELDS.join(", ")}, with commas between them`,
    });
  }
  const calls = whole("max-calls", 0), tokens = whole("max-total-tokens", 0);
  return {
    base: values.endpoint!,
    model: values.model!,
    ...(key === undefined ? {} : { key }),
    timeMs: 1000 * number("answer-seconds", 120, 1, A_DAY),
    tries: number("tries", 4, 1, 1000),
    tokensField: field,
    omit: omit as OptionalField[],
    store: folderStore(values.store ?? "out/chat"),
    caps: {
      ...(calls === undefined ? {} : { calls }),
      ...(tokens === undefined ? {} : { tokens }),
    },
  };
}

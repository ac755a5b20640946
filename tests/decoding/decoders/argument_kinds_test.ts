import { assertRejects } from "@std/assert";
import {
  batchSpeculate,
  batchSpeculateTexts,
  sampleText,
  sampleTexts,
  speculate,
  speculateTexts,
} from "offprint/decoding/decoders/mod.ts";
import { markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";

const chains = twoStateChains();
const [draft, target] = [markovModel(chains.draft), markovModel(chains.target)];
const random = stream(1, "kinds");

/** Without types, as a cell may call it. */
type Untyped = (options: Record<string, unknown>) => Promise<unknown>;

const one = { draft, target, model: target, drafts: 2, maxTokens: 3, random };
const several = { ...one, prompts: [[0], [1]], random: (text: number) => stream(1, "kinds", text) };

const CASES: [name: string, decoder: unknown, options: Record<string, unknown>][] = [
  ["speculate", speculate, one],
  ["batchSpeculate", batchSpeculate, one],
  ["sampleText", sampleText, one],
  ["speculateTexts", speculateTexts, several],
  ["batchSpeculateTexts", batchSpeculateTexts, several],
  ["sampleTexts", sampleTexts, several],
];

for (const [name, decoder, options] of CASES) {
  const refuses = (change: Record<string, unknown>, message: string) =>
    assertRejects(
      async () => await (decoder as Untyped)({ ...options, ...change }),
      UserError,
      message,
    );

  Deno.test(`${name} tells an argument of another kind in one line`, async () => {
    await (decoder as Untyped)(options);
    await refuses({ random: undefined }, "random: got nothing, expected a ");
    await refuses({ random: 7 }, "random: got 7, expected a ");
    if (options === several) {
      await refuses({ prompts: undefined }, "prompts: got nothing, expected a list");
      await refuses({ random }, "expected a function from a text's number to its stream");
    }
    const models = name.startsWith("sample") ? ["model"] : ["draft", "target"];
    for (const model of models) {
      await refuses(
        { [model]: "sotu-target" },
        `${model}: got "sotu-target", expected a language model`,
      );
    }
    if (/^speculate/.test(name)) {
      await refuses(
        { candidates: 4 },
        "candidates: got 4, expected a policy of candidate lengths. Write constantLength(4).",
      );
      await refuses({ candidates: null }, "candidates: got null");
    }
  });
}

/**
 * Pairs of responses drawn from the policy of a step, and the buffer in which they may wait.
 *
 * @module
 */
import { sampleTexts } from "offprint/decoding/decoders/mod.ts";
import { warp } from "offprint/decoding/verification/mod.ts";
import { Described, UserError } from "offprint/errors.ts";
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import { stream } from "offprint/random.ts";

/** A prompt with its name. */
export interface NamedPrompt {
  id: string;
  prompt: readonly number[];
}

/** Two responses that the policy gave. */
export interface GeneratedPair extends NamedPrompt {
  responses: [first: number[], second: number[]];
  /** Whether each has no end, because it reached the longest length. */
  unfinished: [first: boolean, second: boolean];
  /** Steps that had been done when they were drawn. */
  version: number;
}

/** How responses are drawn. */
export interface DrawOptions {
  seed: number;
  /** The step they are drawn for; with seed, prompt and sample it names the stream. */
  step: number;
  /** The token that ends a response. */
  end: number;
  /** Longest response, in tokens. */
  maxTokens: number;
  /** Default 0.9, as in the authors' trainer. */
  temperature?: number;
  /** Texts that share a pass. Default 32; it changes no result. */
  batch?: number;
}

/**
 * Two responses for each prompt under the engine's present weights. A response depends on the weights, seed, step,
 * prompt and its place in the pair alone.
 */
export async function drawResponses(
  engine: Pick<OnnxEngine, "decoder">,
  prompts: readonly NamedPrompt[],
  { seed, step, end, maxTokens, temperature = 0.9, batch = 32 }: DrawOptions,
): Promise<GeneratedPair[]> {
  if (prompts.length === 0) return [];
  const texts = await sampleTexts({
    model: await engine.decoder(),
    prompts: prompts.flatMap(({ prompt }) => [prompt, prompt]),
    maxTokens,
    random: (text) => stream(seed, "response", step, prompts[text >> 1]!.id, text & 1),
    warp: warp({ temperature }),
    stop: end,
    batch,
  });
  return prompts.map(({ id, prompt }, i) => {
    const responses: [number[], number[]] = [texts[2 * i]!, texts[2 * i + 1]!];
    const unfinished = responses.map((response) => response.at(-1) !== end) as [boolean, boolean];
    return { id, prompt, responses, unfinished, version: step - 1 };
  });
}

/** Drawn pairs that wait for their step, each with its prompt. */
export class ResponseBuffer {
  /** Steps that may lie between drawing and use. */
  readonly age: number;
  readonly #waiting = new Map<string, GeneratedPair>();

  /** @throws {UserError} unless the age is a whole number of at least 0. */
  constructor(age: number) {
    if (!(Number.isInteger(age) && age >= 0)) {
      throw new UserError({
        what: "buffer age",
        got: age,
        expected: "a whole number of at least 0",
      });
    }
    this.age = age;
  }

  /** Puts pairs in for the step at which they will be used. */
  put(step: number, pairs: readonly GeneratedPair[]): void {
    for (const pair of pairs) this.#waiting.set(`${step} ${pair.id}`, pair);
  }

  /** Whether a pair waits for a step and prompt. */
  has(step: number, { id }: NamedPrompt): boolean {
    return this.#waiting.has(`${step} ${id}`);
  }

  /**
   * Takes a pair out.
   *
   * @throws {UserError} when there is none, it belongs to another prompt, or it is older than allowed.
   */
  take(step: number, wanted: NamedPrompt): GeneratedPair {
    const key = `${step} ${wanted.id}`;
    const pair = this.#waiting.get(key);
    const what = `step ${step}, prompt ${wanted.id}: generated pair`;
    if (pair === undefined) {
      const expected = "one that was drawn for it";
      throw new UserError({ what, got: new Described("none in the buffer"), expected });
    }
    const same = pair.id === wanted.id && pair.prompt.length === wanted.prompt.length &&
      pair.prompt.every((token, i) => token === wanted.prompt[i]);
    if (!same) {
      throw new UserError({
        what,
        got: new Described(`responses to another prompt (${pair.id})`),
        expected: `responses to ${wanted.id}`,
        todo: "Carry the prompt's id with its responses; never join two lists by position.",
      });
    }
    const old = step - 1 - pair.version;
    if (old > this.age) {
      throw new UserError({
        what,
        got: new Described(`one that is ${old} steps old`),
        expected: `at most ${this.age}, the highest age allowed`,
        todo: "Draw new responses, or allow a higher age.",
      });
    }
    this.#waiting.delete(key);
    return pair;
  }

  /** What waits, with the step of each, for checkpoints. */
  entries(): { step: number; pair: GeneratedPair }[] {
    return [...this.#waiting].map(([key, pair]) => ({ step: Number(key.split(" ")[0]), pair }));
  }

  /** Goes on from such entries. */
  restore(entries: readonly { step: number; pair: GeneratedPair }[]): void {
    this.#waiting.clear();
    for (const { step, pair } of entries) this.put(step, [pair]);
  }
}

/**
 * Models that take text and give text: what an application asks, where a decoder sees a
 * {@linkcode LanguageModel}. Local models and servers look the same from here.
 *
 * @module
 */
import { stream } from "offprint/random.ts";
import type { Tokenizer } from "./tokenizer.ts";
import type { LanguageModel, Sequence } from "../interface/language_model.ts";

/** How texts are drawn. */
export interface GenerateOptions {
  /** Texts to draw for the prompt. */
  samples: number;
  /** Divides the logits; 0 takes the likeliest token each time. */
  temperature: number;
  seed: number;
  /** Longest answer, in tokens. Default: what the context holds. */
  maxTokens?: number;
}

/** An answer, and how it ended. */
export interface GeneratedAnswer {
  text: string;
  /** Whether it ended at `maxTokens` and not by itself. */
  cut?: boolean;
  /** Why there is no answer, in one line: refused, empty, malformed, … */
  failure?: string;
}

/** A model that continues or answers a prompt. */
export interface TextModel {
  readonly name: string;
  /** `samples` answers, without the prompt. */
  generate(prompt: string, options: GenerateOptions): Promise<string[]>;
  /** The same with how each ended, where the model can tell. */
  answers?(prompt: string, options: GenerateOptions): Promise<GeneratedAnswer[]>;
}

/**
 * A local model with its tokenizer. An answer ends with an end token, at `maxTokens`, or when the context
 * is full. Sample `i` depends on seed, prompt and `i` alone.
 *
 * @throws {RangeError} from `generate` when the prompt is longer than the context.
 */
export function textModel(model: LanguageModel, tokenizer: Tokenizer): TextModel {
  return {
    name: model.name,
    async generate(prompt, { samples, temperature, seed, maxTokens = Infinity }) {
      const tokens = tokenizer.encode(prompt);
      const room = Math.min(maxTokens, model.contextLength - tokens.length);
      const first = await model.open(tokens);
      // At temperature 0 all answers are one.
      const count = temperature === 0 ? 1 : samples;
      const running = Array.from({ length: count }, (_, sample) => ({
        sequence: sample === 0 ? first : first.fork(),
        random: stream(seed, "generate", prompt, sample),
        tokens: [] as number[],
      }));
      let open = [...running];
      for (let step = 0; step < room && open.length > 0; step++) {
        const drawn = open.map(({ sequence, random }) =>
          draw(sequence, temperature, (weights) => random.categorical(weights))
        );
        open.forEach((one, at) => {
          if (!tokenizer.ends.includes(drawn[at]!)) one.tokens.push(drawn[at]!);
        });
        const going = open.filter((_, at) => !tokenizer.ends.includes(drawn[at]!));
        if (step + 1 < room && going.length > 0) {
          await model.extendBatch(
            going.map(({ sequence }) => sequence),
            going.map(({ tokens }) => [tokens.at(-1)!]),
          );
        }
        open = going;
      }
      for (const { sequence } of running) sequence.close();
      const answers = running.map(({ tokens }) => tokenizer.decode(tokens));
      return Array.from({ length: samples }, (_, at) => answers[at % count]!);
    },
  };
}

function draw(
  { logits }: Sequence,
  temperature: number,
  categorical: (weights: Float64Array) => number,
): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  if (temperature === 0) return best;
  const largest = logits[best]!;
  return categorical(Float64Array.from(logits, (x) => Math.exp((x - largest) / temperature)));
}

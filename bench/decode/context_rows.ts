/**
 * How the quantised decoder's time grows: with the tokens of a pass, and with the texts of a batch.
 *
 * @module
 */
import { type BenchRow, interleaved, lessIsBetter } from "offprint/kit/bench/report.ts";
import { QuantizedModel } from "offprint/quantization/mod.ts";
import { stream } from "offprint/random.ts";

const REPETITIONS = 40;
/** Passes on end, as in decoding. */
const TURN = 8;
const CONTEXT = 128;

/** A pass over 8 tokens of a text, and over 16 texts, each against one token of one text. */
export async function passRows(model: QuantizedModel): Promise<BenchRow[]> {
  const tokens = tokensOf(model.vocabSize, "pass");
  const text = await model.open(tokens(CONTEXT));
  const texts = await Promise.all(Array.from({ length: 16 }, () => model.open(tokens(CONTEXT))));
  const pass = (count: number) => async () => {
    await text.extend(tokens(count));
    text.truncate(CONTEXT);
  };
  const seconds = await interleaved(
    {
      one: pass(1),
      eight: pass(8),
      batch: () => model.extendBatch(texts, tokens(16).map((token) => [token])),
    },
    REPETITIONS,
    { turn: TURN },
  );
  for (const each of [text, ...texts]) each.close();
  return [
    lessIsBetter({
      name: "verify pass of 8 tokens",
      shape: `context ${CONTEXT}; at most 1.5 × one token, so a ratio of at least 0.67`,
      ours: 1000 * seconds.eight,
      peer: 1000 * seconds.one,
      peerName: "pass of one token",
      unit: "ms",
    }),
    {
      name: "extendBatch of 16 texts",
      shape: `context ${CONTEXT} → ${CONTEXT + REPETITIONS}`,
      ours: 16 / seconds.batch,
      peer: 1 / seconds.one,
      peerName: "one text",
      unit: "tokens/s",
      ratio: 16 * seconds.one / seconds.batch,
    },
  ];
}

function tokensOf(vocabulary: number, name: string): (count: number) => number[] {
  const random = stream(1, "bench-decode", name);
  return (count) => Array.from({ length: count }, () => 1 + random.integer(vocabulary - 1));
}

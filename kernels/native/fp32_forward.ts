/**
 * A forward pass of a decoder in 32-bit floats in C: `src/fp32_forward.c`.
 *
 * @module
 */
import { describeCore } from "../contract/core_descriptions.ts";
import type { Fp32Decoder } from "../contract/fp32_decoder.ts";
import type { Extension32, ForwardResult } from "../contract/types.ts";
import { checkForward32 } from "../reference/fp32_forward.ts";
import { addressOf, LONG, type NativeContext, outOfMemory } from "./context.ts";
import { DONE } from "./library.ts";

/** 64-bit fields of `Text` in `fp32_forward.c`. */
const TEXT_FIELDS = 5;

/** The core of `reference/fp32_forward.ts`. */
export function nativeForward32({ c, variant, threads }: NativeContext) {
  const tables = new WeakMap<Fp32Decoder, BigUint64Array>();
  const addresses = new WeakMap<Float32Array, bigint>();
  /** Arguments of calls under way: a buffer must live as long as C reads it. */
  const underWay = new Set<unknown>();

  /** Asking for an address takes longer than a short pass does with it. */
  const addressOnce = (array: Float32Array): bigint => {
    let address = addresses.get(array);
    if (address === undefined) addresses.set(array, address = addressOf(array));
    return address;
  };

  return {
    async forward32(
      decoder: Fp32Decoder,
      extensions: readonly Extension32[],
      lastOnly = false,
    ): Promise<ForwardResult> {
      checkForward32(decoder, extensions);
      let table = tables.get(decoder);
      if (table === undefined) tables.set(decoder, table = tableOf(decoder));
      const rows = extensions.reduce((sum, { tokens }) => sum + tokens.length, 0);
      const tokens = new Int32Array(rows), textOf = new Int32Array(rows);
      const asked = new Int32Array(lastOnly ? extensions.length : rows);
      const texts = new BigInt64Array(extensions.length * TEXT_FIELDS);
      let row = 0;
      extensions.forEach(({ text, tokens: added }, i) => {
        const fields = [text.capacity, text.length, added.length, row].map(BigInt);
        texts.set([addressOnce(text.data), ...fields], i * TEXT_FIELDS);
        tokens.set(added, row);
        textOf.fill(i, row, row + added.length);
        row += added.length;
        if (lastOnly) asked[i] = row - 1;
      });
      if (!lastOnly) asked.forEach((_, i) => asked[i] = i);
      const logits = new Float32Array(asked.length * decoder.vocabulary);
      const hidden = new Float32Array(asked.length * decoder.width);
      const args = [
        ...[variant, threads, table, texts, extensions.length] as const,
        ...[tokens, textOf, rows, asked, asked.length, logits, hidden] as const,
      ] as const;
      let result: number;
      if (multiplications(decoder, extensions, rows, asked.length) < LONG) {
        result = c.offprint_forward32(...args);
      } else {
        const kept = { args, decoder, extensions };
        underWay.add(kept);
        try {
          result = await c.offprint_forward32_later(...args);
        } finally {
          underWay.delete(kept);
        }
      }
      if (result !== DONE) throw outOfMemory("forward32");
      for (const { text, tokens } of extensions) text.length += tokens.length;
      return { logits, hidden };
    },
  };
}

/** About how many multiply-adds a pass takes. */
function multiplications(
  { layers, ...decoder }: Fp32Decoder,
  extensions: readonly Extension32[],
  tokens: number,
  asked: number,
): number {
  const context = Math.max(...extensions.map(({ text, tokens }) => text.length + tokens.length));
  const shape = { ...decoder, layers: layers.length, tokens, texts: extensions.length, context };
  return describeCore("forward32", { ...shape, asked }).operations / 2;
}

/** A decoder as C reads it: `Decoder` in `fp32_forward.c`, 64 bits a field. */
function tableOf(decoder: Fp32Decoder): BigUint64Array {
  const { vocabulary, width, inner, layers, heads, kvHeads, headDim } = decoder;
  const epsilon = new BigUint64Array(Float64Array.of(decoder.epsilon).buffer)[0]!;
  return BigUint64Array.from([
    ...[vocabulary, width, inner, layers.length, heads, kvHeads, headDim].map(BigInt),
    epsilon,
    ...[decoder.embedding, decoder.finalNorm, decoder.head.panels, decoder.cos, decoder.sin]
      .map(addressOf),
    ...layers.flatMap(({ attentionNorm, mlpNorm, qkv, o, gateUp, down }) =>
      [attentionNorm, mlpNorm, qkv.panels, o.panels, gateUp.panels, down.panels].map(addressOf)
    ),
  ]);
}

/**
 * A whole forward pass in C: `src/forward.c`.
 *
 * @module
 */
import type { ForwardResult } from "../contract/types.ts";
import { notFinite } from "../contract/checks.ts";
import { type Decoder, type DecoderLinear, isLinear, LINEAR_NAMES } from "../contract/decoder.ts";
import { describeCore } from "../contract/core_descriptions.ts";
import type { KvPass } from "../contract/kv_cache.ts";
import { checkForward, inLayer } from "../reference/forward.ts";
import { notHalf, overflown } from "../reference/kv4.ts";
import { addressOf, LONG, type NativeContext, outOfMemory } from "./context.ts";
import { tablesOf } from "./kv4.ts";
import { DONE } from "./library.ts";

/** The kinds of faults in `forward.c`. */
const KEY = 1, VALUE = 2, QUERY = 3, SCORE = 4, INPUT = 5, HEAD_INPUT = 9, NO_MEMORY = 10;

/** The core of `reference/forward.ts`. */
export function nativeForward({ c, variant, threads }: NativeContext) {
  const tables = new WeakMap<Decoder, BigUint64Array>();
  /** Arguments of calls under way: a buffer must live as long as C reads it. */
  const underWay = new Set<unknown>();

  return {
    async forward(
      decoder: Decoder,
      pass: KvPass,
      tokens: Int32Array,
      given?: Int32Array,
    ): Promise<ForwardResult> {
      const asked = checkForward(decoder, pass, tokens, given);
      let table = tables.get(decoder);
      if (table === undefined) {
        tables.set(decoder, table = tableOf(decoder));
        c.offprint_settle(table);
      }
      const logits = new Float32Array(asked.length * decoder.vocabulary);
      const hidden = new Float32Array(asked.length * decoder.width);
      const fault = new BigInt64Array(4);
      const { extensions, packed, recent } = tablesOf(pass);
      const args = [
        ...[variant, threads, table] as const,
        ...[extensions, pass.extensions.length, packed, recent] as const,
        ...[pass.layout.paddedDim, pass.layout.groupSize] as const,
        ...[tokens, pass.rows, asked, asked.length, logits, hidden, fault] as const,
      ] as const;
      let result: number;
      if (multiplications(decoder, pass, asked.length) < LONG) {
        result = c.offprint_forward(...args);
      } else {
        const kept = { args, decoder, pass };
        underWay.add(kept);
        try {
          result = await c.offprint_forward_later(...args);
        } finally {
          underWay.delete(kept);
        }
      }
      if (result !== DONE) throw errorOf(decoder, fault);
      return { logits, hidden };
    },
  };
}

/** About how many multiply-adds a pass takes. */
function multiplications(decoder: Decoder, pass: KvPass, asked: number): number {
  const { vocabulary, width, inner, layers, heads, kvHeads, headDim } = decoder;
  const shape = { vocabulary, width, inner, layers: layers.length, heads, kvHeads, headDim };
  const { blockSize } = layers[0]!.qkv.format;
  const texts = pass.extensions.length;
  const context = Math.max(...pass.extensions.map(({ start, tokens }) => start + tokens));
  const of = { ...shape, tokens: pass.rows, texts, context, blockSize, asked };
  return describeCore("forward", { ...of, groupSize: pass.layout.groupSize }).operations / 2;
}

/** What stopped the pass, in the words of the reference. */
function errorOf(decoder: Decoder, fault: BigInt64Array): Error {
  const [kind, layer, index, bits] = Array.from(fault, Number) as [number, number, number, number];
  const value = new Float32Array(Int32Array.of(bits).buffer)[0]!;
  const { heads, kvHeads, headDim, width } = decoder;
  if (kind === NO_MEMORY) return outOfMemory("forward");
  if (kind === HEAD_INPUT) return notFinite("forward: head: x", value, index, width);
  if (kind >= INPUT) {
    const name = LINEAR_NAMES[kind - INPUT]!;
    const { columns } = decoder.layers[layer]![name].weights;
    return notFinite(`forward: layer ${layer}, ${name}: x`, value, index, columns);
  }
  if (kind === KEY) return inLayer(layer, notHalf("k", value, index, kvHeads * headDim));
  if (kind === VALUE) return inLayer(layer, notHalf("v", value, index, kvHeads * headDim));
  if (kind === QUERY) {
    return inLayer(layer, notFinite("kvAttend: q", value, index, heads * headDim));
  }
  if (kind === SCORE) return inLayer(layer, overflown(Math.floor(index / heads), index % heads));
  return new Error(`forward: unknown fault ${kind}`);
}

/** A decoder as C reads it: `Decoder` in `forward.c`, 64 bits a field. */
function tableOf(decoder: Decoder): BigUint64Array {
  const { vocabulary, width, inner, layers, heads, kvHeads, headDim, head } = decoder;
  const halves = isLinear(head) ? null : head;
  const epsilon = new BigUint64Array(Float64Array.of(decoder.epsilon).buffer)[0]!;
  return BigUint64Array.from([
    ...[vocabulary, width, inner, layers.length, heads, kvHeads, headDim].map(BigInt),
    epsilon,
    ...[decoder.embedding, decoder.finalNorm, halves].map(addressOf),
    ...(isLinear(head) ? linearTable(head) : new Array(LINEAR_FIELDS).fill(0n)),
    ...[decoder.cos, decoder.sin].map(addressOf),
    ...layers.flatMap((layer) => [
      ...[layer.attentionNorm, layer.mlpNorm].map(addressOf),
      ...LINEAR_NAMES.flatMap((name) => linearTable(layer[name])),
    ]),
  ]);
}

/** 64-bit fields of `Linear`. */
const LINEAR_FIELDS = 10;

function linearTable({ weights, format, order }: DecoderLinear): bigint[] {
  const codes = weights.bits === 4 ? weights.words : weights.values;
  const sums = format.scheme === "minmax" ? weights.sums : null;
  const { rows, columns, blocks, blockSize, bits } = weights;
  return [
    ...[codes, weights.scales, sums, format.bits, order ?? null].map(addressOf),
    ...[rows, columns, blocks, blockSize, bits].map(BigInt),
  ];
}

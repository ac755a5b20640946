/**
 * What a simulated model rounds: any scheme as transforms and roundings of each linear part's input and
 * weights, and of the KV cache.
 *
 * @module
 */
import { Described, UserError } from "offprint/errors.ts";
import type { PartName } from "../part_name.ts";

/** The four linear parts of a layer; the head stays in floats. */
export type LayerPart = Exclude<PartName, "head">;

/** All of them, in the order of a forward pass. */
export const LAYER_PARTS: readonly LayerPart[] = ["qkv", "o", "gateUp", "down"];

/** How weights are rounded: codes of `bits` with a scale per row and group of columns. */
export interface WeightRounding {
  /** Bits of a code, from 2 to 8. */
  readonly bits: number;
  /** Columns that share a scale; `"row"`: all of them. */
  readonly group: number | "row";
  /**
   * `"absmax"`: the largest weight sets the scale. `"clip"`: of several smaller scales too the one with the
   * least expected error of the output (`clipped_weights.ts`); needs a calibration. Default `"absmax"`.
   */
  readonly scale?: "absmax" | "clip";
  /** Default `"symmetric"`. */
  readonly scheme?: "symmetric" | "minmax";
}

/** How a part's input is rounded: codes with a scale per token (or text) and block of channels. */
export interface ActivationRounding {
  /** Channels of a block; `"row"`: all of them. */
  readonly blockSize: number | "row";
  /** Bits of each block, or of all blocks; from 2 to 8. */
  readonly bits: number | ArrayLike<number>;
  /** Default `"symmetric"`. */
  readonly scheme?: "symmetric" | "minmax";
  /**
   * What sets a block's range: each token's own numbers (the default), those of all tokens of the text
   * (the paper's figure 4), or sizes measured beforehand, the largest of each channel in the part's own
   * order: larger numbers are clipped. Static ranges are symmetric.
   */
  readonly range?: "token" | "text" | { readonly largest: ArrayLike<number> };
}

/** What happens to one linear part. Absent fields: nothing. */
export interface PartScheme {
  /** The channels of its input in another order: channel j becomes channel `order[j]`. */
  readonly order?: Uint32Array;
  /** The (reordered) input is divided by these, the columns of the weights are multiplied by them. */
  readonly divisors?: Float32Array;
  /** An orthogonal matrix `[columns][columns]`: input x becomes x·R and weights become W·R. */
  readonly rotation?: Float32Array;
  readonly weights?: WeightRounding;
  readonly activations?: ActivationRounding;
}

/** How keys and values are rounded when they are stored. */
export type KvRounding =
  | { readonly bits: 16 }
  | {
    readonly bits: 4;
    /**
     * `"channel"`: a scale for each channel of a group of tokens, once the group is complete (COMET);
     * `"token"`: a scale for each token's head, at once (QServe, Atom).
     */
    readonly axis: "channel" | "token";
    /** Tokens of a group for `"channel"`; default 64. */
    readonly groupSize?: number;
    /** Keys are rounded before or after the rotary embedding turns them; default `"after"`. */
    readonly keys?: "before" | "after";
  };

/** A whole model's roundings. */
export interface Scheme {
  /** For tables. */
  readonly name: string;
  part(part: LayerPart, layer: number, columns: number): PartScheme;
  /** Absent: keys and values stay in 32-bit floats. */
  readonly kv?: KvRounding;
}

/** Nothing is rounded or moved. */
export const IN_FLOATS: Scheme = { name: "32-bit floats", part: () => ({}) };

/** The same roundings with another KV cache. */
export function withKv(scheme: Scheme, kv: KvRounding | undefined): Scheme {
  const { name, part } = scheme;
  return kv === undefined ? { name, part } : { name: `${name}, KV${kv.bits}`, part, kv };
}

/** A scheme on some parts or layers alone; elsewhere everything stays in floats. */
export function onlyWhere(
  scheme: Scheme,
  where: (part: LayerPart, layer: number) => boolean,
): Scheme {
  return {
    ...scheme,
    part: (part, layer, columns) => where(part, layer) ? scheme.part(part, layer, columns) : {},
  };
}

/** A scheme's transforms (order, divisors, rotation) without its roundings. */
export function transformsOnly(scheme: Scheme): Scheme {
  return {
    name: `${scheme.name}, nothing rounded`,
    part(part, layer, columns) {
      const { weights: _weights, activations: _activations, ...rest } = scheme.part(
        part,
        layer,
        columns,
      );
      return rest;
    },
  };
}

/** Bits of each block of an input of `columns` channels. */
export function blockBits({ blockSize, bits }: ActivationRounding, columns: number): number[] {
  const blocks = blockSize === "row" ? 1 : columns / blockSize;
  return typeof bits === "number" ? new Array(blocks).fill(bits) : Array.from(bits);
}

/**
 * Refuses a cache's group that is no number of tokens.
 *
 * @throws {UserError}
 */
export function checkKv(kv: KvRounding | undefined): void {
  if (kv?.bits !== 4 || kv.groupSize === undefined) return;
  if (Number.isInteger(kv.groupSize) && kv.groupSize > 0) return;
  throw new UserError({
    what: "kv.groupSize",
    got: kv.groupSize,
    expected: "a whole number of tokens, at least 1",
  });
}

/**
 * Refuses a part's scheme that does not fit its `columns`.
 *
 * @throws {UserError} naming the part and the layer.
 */
export function checkPart(
  part: LayerPart,
  layer: number,
  columns: number,
  scheme: PartScheme,
): void {
  const what = (field: string) => `${field} of ${part}, layer ${layer}`;
  const refuse = (field: string, got: unknown, expected: string): never => {
    throw new UserError({ what: what(field), got, expected });
  };
  const { order, divisors, rotation, weights, activations } = scheme;
  if (order !== undefined) {
    const seen = new Set(order);
    // A typed array may hold one channel twice and still have the right length.
    const whole = seen.size === columns && order.length === columns &&
      order.every((channel) => channel < columns);
    if (!whole) {
      refuse(
        "order",
        new Described(`${order.length} entries, ${seen.size} of them different`),
        `each of the ${columns} channels once`,
      );
    }
  }
  if (divisors !== undefined) {
    if (divisors.length !== columns) refuse("divisors", divisors.length, `${columns} of them`);
    const bad = divisors.findIndex((value) => !(value > 0 && value < Infinity));
    if (bad >= 0) refuse(`divisors[${bad}]`, divisors[bad], "a finite number above 0");
  }
  if (rotation !== undefined && rotation.length !== columns ** 2) {
    refuse("rotation", rotation.length, `${columns} × ${columns} numbers`);
  }
  const checkSize = (field: string, size: number | "row") => {
    if (size === "row" || (Number.isInteger(size) && size > 0 && columns % size === 0)) return;
    refuse(field, size, `a divisor of its ${columns} channels`);
  };
  const checkBits = (field: string, bits: number) => {
    if (!(Number.isInteger(bits) && bits >= 2 && bits <= 8)) {
      refuse(field, bits, "a whole number of bits from 2 to 8");
    }
  };
  if (weights !== undefined) {
    checkSize("weights.group", weights.group);
    checkBits("weights.bits", weights.bits);
  }
  if (activations === undefined) return;
  const { blockSize, bits, range, scheme: kind } = activations;
  checkSize("activations.blockSize", blockSize);
  const blocks = blockSize === "row" ? 1 : columns / blockSize;
  if (typeof bits !== "number" && bits.length !== blocks) {
    refuse("activations.bits", bits.length, `one for each of the ${blocks} blocks`);
  }
  blockBits(activations, columns).forEach((bits) => checkBits("activations.bits", bits));
  if (typeof range !== "object") return;
  if (kind === "minmax") refuse("activations.scheme", "minmax", "symmetric for a static range");
  if (range.largest.length !== columns) {
    refuse("activations.range", range.largest.length, `${columns} sizes, one for each channel`);
  }
}

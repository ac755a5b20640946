/**
 * The KV cache in C: `src/exports_kv4.c`.
 *
 * @module
 */
import type { KvPass } from "../contract/kv_cache.ts";
import {
  checkAppend,
  checkAttend,
  type kvAppend,
  type kvAttend,
  notHalf,
  overflown,
} from "../reference/kv4.ts";
import { addressOf, type NativeContext, refused } from "./context.ts";
import { DONE, OUT_OF_MEMORY, OVERFLOWN } from "./library.ts";

interface Cores {
  kvAppend: typeof kvAppend;
  kvAttend: typeof kvAttend;
}

/** The cores of `reference/kv4.ts`. */
export function nativeKv4({ c, variant, threadsFor }: NativeContext): Cores {
  const tables = new WeakMap<KvPass, Tables>();
  const passArgs = (pass: KvPass, layer: number) => {
    let known = tables.get(pass);
    if (known === undefined) tables.set(pass, known = tablesOf(pass));
    const { kvHeads, headDim, paddedDim, groupSize } = pass.layout;
    return [
      ...[known.extensions, pass.extensions.length, known.packed, known.recent] as const,
      ...[layer, kvHeads, headDim, paddedDim, groupSize] as const,
    ] as const;
  };

  return {
    kvAppend(pass, layer, k, v) {
      checkAppend(pass, layer, k, v);
      const threads = threadsFor(16 * k.length);
      const bad = c.offprint_kv_append(variant, threads, ...passArgs(pass, layer), k, v, pass.rows);
      if (bad === DONE) return;
      const row = pass.layout.kvHeads * pass.layout.headDim;
      if (bad < k.length) throw notHalf("k", k[bad]!, bad, row);
      throw notHalf("v", v[bad - k.length]!, bad - k.length, row);
    },

    kvAttend(pass, layer, q, heads, given) {
      const output = checkAttend(pass, layer, q, heads, given);
      const { headDim } = pass.layout;
      let work = 0;
      for (const { start, tokens } of pass.extensions) {
        work += tokens * (start + tokens) * heads * headDim;
      }
      const bad = c.offprint_kv_attend(
        // As in forward_attention.c: a key and a value take several times what a code of a product does.
        ...[variant, threadsFor(8 * work)] as const,
        ...passArgs(pass, layer),
        ...[q, output, heads, pass.rows] as const,
      );
      if (bad === DONE) return output;
      if (bad <= OVERFLOWN && bad !== OUT_OF_MEMORY) {
        throw overflown(Math.floor((OVERFLOWN - bad) / heads), (OVERFLOWN - bad) % heads);
      }
      throw refused("kvAttend: q", q, bad, heads * headDim);
    },
  };
}

/** A pass as C reads it (`Pass` in `exports_kv4.c`): the same for all its layers. */
export interface Tables {
  /** start, tokens, first row, first group of each text. */
  readonly extensions: Int32Array;
  /** Addresses of groups. */
  readonly packed: BigUint64Array;
  readonly recent: BigUint64Array;
}

/** The tables of a pass; they hold addresses, so keep the pass while C reads them. */
export function tablesOf(pass: KvPass): Tables {
  const extensions: number[] = [], packed: bigint[] = [], recent: bigint[] = [];
  let row = 0;
  for (const extension of pass.extensions) {
    extensions.push(extension.start, extension.tokens, row, packed.length);
    row += extension.tokens;
    packed.push(...extension.packed.map(addressOf));
    recent.push(...extension.recent.map(addressOf));
  }
  return {
    extensions: Int32Array.from(extensions),
    packed: BigUint64Array.from(packed),
    recent: BigUint64Array.from(recent),
  };
}

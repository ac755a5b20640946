/**
 * KV4: keys and values of complete groups in 4 bits per element, and attention that reads them
 * without widening them first.
 *
 * @module
 */
import { checkArray, checkWhole, notFinite, outputOf } from "../contract/checks.ts";
import { KernelError } from "../contract/errors.ts";
import type { KvExtension, KvHome, KvPass } from "../contract/kv_cache.ts";
import type { KvLayout } from "../contract/kv_layout.ts";
import { expNegative, laneSum } from "./exact_math.ts";
import { packedRecord, packGroup, recentRecord, unpackRuns } from "./kv4_records.ts";

/**
 * Stores keys and values, `[rows][kvHeads][headDim]`, of one layer, and packs every group that they
 * complete.
 *
 * @throws {KernelError} when an array does not fit, or holds a number that 16-bit floats do not:
 * NaN, infinite, or above 65504.
 */
export function kvAppend(pass: KvPass, layer: number, k: Float32Array, v: Float32Array): void {
  checkAppend(pass, layer, k, v);
  checkHalves(pass.layout, k, v);
  const { kvHeads, headDim, groupSize } = pass.layout;
  let row = 0;
  for (const extension of pass.extensions) {
    for (let i = 0; i < extension.tokens; i++, row++) {
      const position = extension.start + i;
      const group = Math.floor(position / groupSize), at = position % groupSize;
      for (let head = 0; head < kvHeads; head++) {
        const { keys, values } = recentRecord(pass.layout, extension, group, layer, head);
        const from = (row * kvHeads + head) * headDim;
        for (let c = 0; c < headDim; c++) {
          keys[c * groupSize + at] = k[from + c]!;
          values[at * headDim + c] = v[from + c]!;
        }
        if (at === groupSize - 1) packGroup(pass.layout, extension, group, layer, head);
      }
    }
  }
}

/**
 * Causal attention of queries `[rows][heads][headDim]` over the keys and values stored so far,
 * the rows of this pass included; the output has the shape of the queries. Query head h reads KV head
 * `floor(h · kvHeads / heads)`. Scores are scaled by `1/√headDim`.
 *
 * The scales of a packed group are folded into the query and into the output (COMET §3.4), so codes
 * are multiplied as they are:
 *
 * ```text
 * q·k̂_t = Σ_c (q_c s_c) Q[t][c] − Σ_c q_c s_c z_c
 * o_c    = s_c (Σ_t p_t Q[t][c] − z_c Σ_t p_t)
 * ```
 *
 * Sums over channels and over the tokens of a group run in ascending order, rounded to 32 bits at
 * each step; the softmax uses `expNegative` and `laneSum`.
 *
 * @throws {KernelError} when an array does not fit or `heads` is not a multiple of the KV heads.
 */
export function kvAttend(
  pass: KvPass,
  layer: number,
  q: Float32Array,
  heads: number,
  given?: Float32Array,
): Float32Array {
  const output = checkAttend(pass, layer, q, heads, given);
  const { headDim, kvHeads } = pass.layout;
  const bad = q.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw notFinite("kvAttend: q", q[bad]!, bad, heads * headDim);
  let row = 0;
  for (const extension of pass.extensions) {
    for (let i = 0; i < extension.tokens; i++, row++) {
      for (let head = 0; head < heads; head++) {
        const from = (row * heads + head) * headDim;
        const finite = attendHead(
          pass.layout,
          extension,
          layer,
          Math.floor(head * kvHeads / heads),
          extension.start + i,
          q.subarray(from, from + headDim),
          output.subarray(from, from + headDim),
        );
        if (!finite) throw overflown(row, head);
      }
    }
  }
  return output;
}

/** One query at `position`: scores, softmax, weighted values. False when a score overflows. */
function attendHead(
  layout: KvLayout,
  extension: KvExtension,
  layer: number,
  head: number,
  position: number,
  q: Float32Array,
  output: Float32Array,
): boolean {
  const { headDim, groupSize, paddedDim } = layout;
  const { fround } = Math;
  const complete = Math.floor(position / groupSize);
  const rest = position + 1 - complete * groupSize;
  const rootScale = fround(1 / Math.sqrt(headDim));
  const query = q.map((value) => fround(value * rootScale));

  const scores = new Float32Array(position + 1);
  for (let g = 0; g < complete; g++) {
    const { keyScales, keyZeros, ...record } = packedRecord(layout, extension, g, layer, head);
    const codes = unpackRuns(record.keyCodes);
    const of = scores.subarray(g * groupSize, (g + 1) * groupSize);
    let constant = 0;
    for (let c = 0; c < headDim; c++) {
      // Σ q·(code − zero)·scale: the scale goes into the query, and the zero points into one constant.
      const folded = fround(query[c]! * keyScales[c]!);
      constant = fround(constant + fround(folded * keyZeros[c]!));
      for (let t = 0; t < groupSize; t++) {
        of[t] = of[t]! + fround(folded * codes[c * groupSize + t]!);
      }
    }
    for (let t = 0; t < groupSize; t++) of[t]! -= constant;
  }
  // The group that is not full yet is kept as 16-bit floats.
  const recent = recentRecord(layout, extension, complete, layer, head);
  const last = scores.subarray(complete * groupSize);
  for (let c = 0; c < headDim; c++) {
    for (let t = 0; t < rest; t++) {
      last[t] = last[t]! + fround(query[c]! * recent.keys[c * groupSize + t]!);
    }
  }

  if (!scores.every(Number.isFinite)) return false;
  const max = scores.reduce((a, b) => Math.max(a, b));
  const weights = scores.map((score) => expNegative(score - max));
  const inverse = fround(1 / laneSum(weights));

  output.fill(0);
  const acc = new Float32Array(headDim);
  for (let g = 0; g < complete; g++) {
    const { valueScales, valueZeros, ...record } = packedRecord(layout, extension, g, layer, head);
    const codes = unpackRuns(record.valueCodes);
    const of = weights.subarray(g * groupSize, (g + 1) * groupSize);
    acc.fill(0);
    for (let t = 0; t < groupSize; t++) {
      for (let c = 0; c < headDim; c++) {
        acc[c] = acc[c]! + fround(of[t]! * codes[t * paddedDim + c]!);
      }
    }
    const mass = fround(laneSum(of));
    for (let c = 0; c < headDim; c++) {
      const centred = fround(acc[c]! - fround(valueZeros[c]! * mass));
      output[c] = output[c]! + fround(valueScales[c]! * centred);
    }
  }
  acc.fill(0);
  for (let t = 0; t < rest; t++) {
    const weight = weights[complete * groupSize + t]!;
    for (let c = 0; c < headDim; c++) {
      acc[c] = acc[c]! + fround(weight * recent.values[t * headDim + c]!);
    }
  }
  for (let c = 0; c < headDim; c++) output[c] = fround(output[c]! + acc[c]!) * inverse;
  return true;
}

function checkPass(core: string, pass: KvPass, layer: number, home: KvHome | "process"): void {
  pass.checkCurrent(`${core}: pass`);
  pass.cache.settle(`${core}: pass`, home);
  checkWhole(`${core}: layer`, layer, 0, pass.layout.layers - 1);
}

/** Refuses what `kvAppend` cannot store; `home` is where the caller keeps contents. */
export function checkAppend(
  pass: KvPass,
  layer: number,
  k: Float32Array,
  v: Float32Array,
  home: KvHome | "process" = "process",
): void {
  checkPass("kvAppend", pass, layer, home);
  const { kvHeads, headDim } = pass.layout;
  checkArray("kvAppend: k", k, Float32Array, { rows: pass.rows, kvHeads, headDim });
  checkArray("kvAppend: v", v, Float32Array, { rows: pass.rows, kvHeads, headDim });
}

/** Refuses numbers that 16-bit floats cannot hold. */
export function checkHalves(layout: KvLayout, k: Float32Array, v: Float32Array): void {
  for (const [name, array] of [["k", k], ["v", v]] as const) {
    const bad = array.findIndex((value) => !Number.isFinite(Math.f16round(value)));
    if (bad >= 0) throw notHalf(name, array[bad]!, bad, layout.kvHeads * layout.headDim);
  }
}

/** Refuses what `kvAttend` cannot read; returns the output to fill. `home` as for `checkAppend`. */
export function checkAttend(
  pass: KvPass,
  layer: number,
  q: Float32Array,
  heads: number,
  given: Float32Array | undefined,
  home: KvHome | "process" = "process",
): Float32Array {
  checkPass("kvAttend", pass, layer, home);
  const { kvHeads, headDim } = pass.layout;
  checkWhole("kvAttend: heads", heads, 1, 4096);
  if (heads % kvHeads !== 0) {
    throw new KernelError({
      what: "kvAttend: heads",
      got: heads,
      expected: `a multiple of the ${kvHeads} KV heads`,
    });
  }
  checkArray("kvAttend: q", q, Float32Array, { rows: pass.rows, heads, headDim });
  return outputOf("kvAttend: output", given, Float32Array, { rows: pass.rows, heads, headDim });
}

/** The error for queries and keys whose products leave the range of 32-bit floats. */
export function overflown(row: number, head: number): KernelError {
  return new KernelError({
    what: `kvAttend: scores of row ${row}, head ${head}`,
    got: "an overflow",
    expected: "products of queries and keys within 32-bit floats",
    todo: "Look at the sizes of q and k.",
  });
}

/** The error for a key or value that a 16-bit float cannot hold. */
export function notHalf(name: "k" | "v", value: number, index: number, row: number): KernelError {
  return new KernelError({
    what: `kvAppend: ${name}[${Math.floor(index / row)}][${index % row}]`,
    got: value,
    expected: "a finite number of at most 65504 (a 16-bit float)",
    todo: "Look for an overflow in what computed it.",
  });
}

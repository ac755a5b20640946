/**
 * What the attention shader does with one group of tokens, as WGSL: scores, weights, sums of values.
 *
 * @module
 */
import type { KvLayout } from "../../contract/kv_layout.ts";

/** Queries of one KV head that a workgroup answers together: as many as workgroup memory allows. */
export function tileQueries({ headDim }: KvLayout): number {
  return headDim <= 256 ? 4 : headDim <= 512 ? 2 : 1;
}

/** Invocations of a workgroup. */
export const LANES = 64;

/** How a workgroup's invocations ("lanes") share the work on a group, and how lines of WGSL repeat for it. */
export interface AttendTiling {
  layout: KvLayout;
  /** Queries of the tile, T. */
  T: number;
  /** Words of codes that hold one channel of a group of keys: eight tokens each. */
  keyWords: number;
  /** Lanes that share a word of keys: each takes every `keySlices`-th channel. */
  keySlices: number;
  /** Words of codes that hold one token's values: eight channels each. */
  valueWords: number;
  /** Lanes that share a word of values: each takes every `valueSlices`-th token. */
  valueSlices: number;
  /** Lanes that have values to add up. */
  active: number;
  /** 0, 1, … for the words of values that one lane takes. */
  wordsPerLane: readonly number[];
  /** A line for every query of the tile. */
  each(line: (q: number) => string): string;
  /** A line for every query and every word of values that a lane takes. */
  eachSum(line: (q: number, w: number) => string): string;
}

/** The tiling of a layout. */
export function attendTiling(layout: KvLayout): AttendTiling {
  const queries = [...Array(tileQueries(layout)).keys()];
  const keyWords = layout.groupSize / 8, valueWords = layout.paddedDim / 8;
  // A head wider than 8 · LANES channels has more words than there are lanes: each lane then takes several.
  const wordsPerLane = [...Array(Math.ceil(valueWords / LANES)).keys()];
  const valueSlices = Math.max(1, Math.floor(LANES / valueWords));
  return {
    layout,
    T: queries.length,
    keyWords,
    keySlices: LANES / keyWords,
    valueWords,
    valueSlices,
    active: Math.min(LANES, valueWords * valueSlices),
    wordsPerLane,
    each: (line) => queries.map(line).join("\n"),
    eachSum: (line) => queries.flatMap((q) => wordsPerLane.map((w) => line(q, w))).join("\n"),
  };
}

/**
 * Scores of a group into `weight`. A lane multiplies codes as they are; the scale is in the query, and the
 * zero points, the same for all tokens of a channel, are one constant taken off at the end.
 */
export function groupScores({ T, keySlices, each }: AttendTiling): string {
  return `
      {
${
    each((q) =>
      `        var low${q} = vec4<f32>(); var high${q} = vec4<f32>(); var constant${q} = 0.0;`
    )
  }
        for (var c = slice; c < D; c += ${keySlices}u) {
          var eight: Eight;
          var scale = 1.0;
          var zero = 0.0;
          if (codes) {
            eight = codesOf(packed[base + 2u * D + c * (G / 8u) + keyWord]);
            scale = scaleAt(base, c);
            zero = zeroAt(base, c);
          } else {
            eight = halvesAt(base + (c * G + firstToken) / 2u);
          }
${
    each((q) =>
      `          let f${q} = query[${q}u * D + c] * scale; constant${q} += f${q} * zero;
          low${q} += f${q} * eight.low; high${q} += f${q} * eight.high;`
    )
  }
        }
        for (var j = 0u; j < 4u; j++) {
${
    each((q) =>
      `          sums[(${q}u * ${keySlices}u + slice) * G + firstToken + j] = low${q}[j] - constant${q};
          sums[(${q}u * ${keySlices}u + slice) * G + firstToken + 16u + j] = high${q}[j] - constant${q};`
    )
  }
        }
      }
      workgroupBarrier();
      for (var i = lane; i < ${T}u * G; i += ${LANES}u) {
        var score = 0.0;
        for (var s = 0u; s < ${keySlices}u; s++) { score += sums[((i / G) * ${keySlices}u + s) * G + i % G]; }
        let position = positionOf(text, firstSlot + i / G);
        let complete = (group + 1u) * G <= position;
        let seen = complete == codes && group * G + i % G <= position;
        if (seen && (bitcast<u32>(score) & 0x7f800000u) == 0x7f800000u) {
          atomicMin(&refused[sizes.flag], queryAt(text, firstSlot + i / G, head));
          score = 0.0;
        }
        weight[i] = select(LOWEST, score, seen);
      }`;
}

/**
 * The largest score so far, the group's weights in place of its scores, and the `factor` by which sums made
 * with an earlier, smaller maximum shrink.
 */
export function groupWeights({ T, each }: AttendTiling): string {
  return `
      workgroupBarrier();
      {
        var largest = LOWEST;
        for (var t = lane % ${LANES / T}u; t < G; t += ${LANES / T}u) {
          largest = max(largest, weight[(lane / ${LANES / T}u) * G + t]);
        }
        maxima[lane] = largest;
      }
      workgroupBarrier();
${
    each((q) =>
      `      var next${q} = most${q};
      for (var i = 0u; i < ${LANES / T}u; i++) { next${q} = max(next${q}, maxima[${
        q * LANES / T
      }u + i]); }
      let factor${q} = select(exp(most${q} - next${q}), 1.0, most${q} <= LOWEST);
      most${q} = next${q};
      for (var t = lane; t < G; t += ${LANES}u) {
        let score = weight[${q}u * G + t];
        weight[${q}u * G + t] = select(exp(score - next${q}), 0.0, score <= LOWEST);
      }`
    )
  }
      workgroupBarrier();`;
}

/** The group's values, weighted, onto the sums so far. */
export function groupValues(tiling: AttendTiling): string {
  const { active, valueSlices, wordsPerLane, each, eachSum } = tiling;
  return `
      if (lane < ${active}u) {
        let limit = min(G, last + 1u - group * G);
${each((q) => `        var mass${q} = 0.0;`)}
${eachSum((q, w) => `        var low${q}_${w} = vec4<f32>(); var high${q}_${w} = vec4<f32>();`)}
        for (var t = valueSlice; t < limit; t += ${valueSlices}u) {
${each((q) => `          let p${q} = weight[${q}u * G + t]; mass${q} += p${q};`)}
${
    wordsPerLane.map((w) =>
      `          var eight${w}: Eight;
          if (codes) {
            eight${w} = codesOf(packed[base + 2u * D + D * G / 8u + t * (PADDED / 8u) + valueWord + ${
        LANES * w
      }u]);
          } else {
            eight${w} = halvesAt(base + (D * G + t * D + channel${w}) / 2u);
          }
${
        each((q) =>
          `          low${q}_${w} += p${q} * eight${w}.low; high${q}_${w} += p${q} * eight${w}.high;`
        )
      }`
    ).join("\n")
  }
        }
${each((q) => `        total${q} = total${q} * factor${q} + mass${q};`)}
${
    wordsPerLane.map((w) =>
      ["low", "high"].map((half, i) =>
        `        {
          var scale = vec4<f32>(1.0);
          var zero = vec4<f32>();
          if (codes) {
            scale = scalesAt(base + D, channel${w} + ${16 * i}u);
            zero = zerosAt(base + D, channel${w} + ${16 * i}u);
          }
${
          each((q) =>
            `          ${half}Out${q}_${w} = ${half}Out${q}_${w} * factor${q} + scale * (${half}${q}_${w} - zero * mass${q});`
          )
        }
        }`
      ).join("\n")
    ).join("\n")
  }
      }
      workgroupBarrier();`;
}

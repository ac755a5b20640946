/**
 * Where the inner product of a pair comes from: token by token (paper 04, section 5).
 *
 * @module
 */
import type { OnnxEngine } from "offprint/lm/training/mod.ts";
import type { TokenPair } from "../pairs/encode.ts";
import { longestText, pairBatch } from "../pairs/pair_batch.ts";
import { cosine, dot, type InnerProducts } from "./laws.ts";
import { type GradientSource, tokenGradients } from "./pair_gradients.ts";
import { parameterSubset, restricted } from "./parameter_subset.ts";

/** Inner products of the token gradients of a pair, `[chosen tokens][rejected tokens]`. */
export interface TokenMatrix {
  /** ⟨g_wⁱ, g_lʲ⟩; all together they are I. */
  products: number[][];
  /** The same over the norms. */
  cosines: number[][];
}

/**
 * The matrix over a subset of the parameters, one backward pass a token.
 *
 * @param options.subset default `all`.
 */
export async function tokenMatrix(
  engine: GradientSource,
  pair: TokenPair,
  { subset = "all", length = longestText([pair]) }: { subset?: string; length?: number } = {},
): Promise<TokenMatrix> {
  const ranges = parameterSubset(engine.config, subset);
  const sides = [];
  for (const side of ["chosen", "rejected"] as const) {
    const gradients = await tokenGradients(engine, pair, side, { length });
    sides.push(gradients.map((gradient) => restricted(gradient, ranges)));
  }
  const [chosen, rejected] = sides as [Float32Array[], Float32Array[]];
  return matrixOf(
    chosen.map((g) => rejected.map((h) => dot(g, h))),
    chosen.map((g) => dot(g, g)),
    rejected.map((h) => dot(h, h)),
  );
}

function matrixOf(products: number[][], chosen: number[], rejected: number[]): TokenMatrix {
  return {
    products,
    cosines: products.map((row, i) =>
      row.map((inner, j) => cosine({ inner, chosen: chosen[i]!, rejected: rejected[j]! }))
    ),
  };
}

/** A response token as the output matrix sees it. */
export interface LastLayerToken {
  /** The state that the matrix reads, D numbers. */
  hidden: ArrayLike<number>;
  /** e_y − p, V numbers. */
  residual: ArrayLike<number>;
}

/**
 * The inner products of the gradients with respect to the output matrix alone, without any backward pass:
 * `⟨gⁱ, gʲ⟩ = ⟨hᵢ, hⱼ⟩ ⟨e_{yᵢ} − pᵢ, e_{yⱼ} − pⱼ⟩`. With a tied embedding this is the path through the output
 * only.
 */
export function lastLayerMatrix(
  chosen: readonly LastLayerToken[],
  rejected: readonly LastLayerToken[],
): TokenMatrix & InnerProducts {
  const product = (u: LastLayerToken, v: LastLayerToken): number =>
    dot(u.hidden, v.hidden) * dot(u.residual, v.residual);
  const all = (us: readonly LastLayerToken[], vs: readonly LastLayerToken[]): number[][] =>
    us.map((u) => vs.map((v) => product(u, v)));
  const sum = (rows: number[][]): number => rows.flat().reduce((a, b) => a + b, 0);
  const products = all(chosen, rejected);
  const [own, other] = [all(chosen, chosen), all(rejected, rejected)];
  return {
    ...matrixOf(products, own.map((row, i) => row[i]!), other.map((row, j) => row[j]!)),
    inner: sum(products),
    chosen: sum(own),
    rejected: sum(other),
  };
}

/** The response tokens of a pair as the output matrix sees them: one forward pass. */
export async function lastLayerTokens(
  engine: OnnxEngine,
  pair: TokenPair,
): Promise<{ chosen: LastLayerToken[]; rejected: LastLayerToken[] }> {
  const batch = pairBatch(engine.config, [pair]);
  const { hidden, logProbs } = await engine.distributions(batch);
  const { hidden_size: width, vocab_size: vocabulary } = engine.config;
  const side = (row: number, response: readonly number[]): LastLayerToken[] =>
    response.map((token, i) => {
      const at = row * batch.length + pair.prompt.length + i;
      const residual = Float64Array.from(
        logProbs.subarray(at * vocabulary, (at + 1) * vocabulary),
        (value) => -Math.exp(value),
      );
      residual[token]! += 1;
      return { hidden: hidden.subarray(at * width, (at + 1) * width), residual };
    });
  return { chosen: side(0, pair.chosen), rejected: side(1, pair.rejected) };
}

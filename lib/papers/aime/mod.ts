/**
 * Paper 03, AIME: the arithmetic of mixtures and unions behind several evaluators.
 *
 * `mixtures.ts` has the distances, the best mixture and the union; the evaluators themselves are in `lib/evaluators`.
 *
 * @module
 */
export * from "./mixtures.ts";

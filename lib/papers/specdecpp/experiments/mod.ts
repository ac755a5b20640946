/**
 * The experiments of notebook 10: a laboratory of known acceptance, and what is measured in it and on trained models.
 *
 * `laboratory.ts` builds the laboratory, `noting.ts` watches policies, `frontier.ts` compares rates, `predictions.ts` holds
 * a log's predictions against decoding. `text_counts.ts` and `cached_against_anew.ts` check that texts are the target's,
 * `clock.ts` measures time; `published_points.ts` has the paper's.
 *
 * @module
 */
export * from "./cached_against_anew.ts";
export * from "./clock.ts";
export * from "./frontier.ts";
export * from "./laboratory.ts";
export * from "./noting.ts";
export * from "./predictions.ts";
export * from "./published_points.ts";
export * from "./text_counts.ts";

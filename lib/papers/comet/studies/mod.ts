/**
 * The questions behind paper 05's comparison: how perplexity and the share of 4-bit work move with FMPQ's settings,
 * whether outliers stay where they are, and where errors arise.
 *
 * Begin with `measureStudies`. `setting_studies.ts`, `outlier_studies.ts` and `error_studies.ts` hold the studies,
 * `study_session.ts` what they share.
 *
 * @module
 */
export { measureStudies } from "./measure_studies.ts";
export { overlap } from "./outlier_studies.ts";

/**
 * What another candidate-length policy would have cost, computed from a log; no model is needed.
 *
 * Begin with `whatIf` in `what_if.ts`, the tool behind `deno task what-if`. `log.ts` is the format of the log, which any
 * system can write; `write_log.ts` and `trace_text.ts` write one from two models. `timing.ts` measures where the
 * time of decoding goes on this machine and fits the time model that the tool takes. `logged_acceptance.ts` decodes with
 * models of any weights as a log says that a trained pair would.
 *
 * @module
 */
export * from "./log.ts";
export * from "./logged_acceptance.ts";
export * from "./timing.ts";
export * from "./what_if.ts";
export * from "./write_log.ts";

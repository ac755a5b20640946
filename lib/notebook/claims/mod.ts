/**
 * The paper's claims, ours beside them, and the verdict.
 *
 * Begin with `claim` in `claim.ts`: a cell names a claim of `data/papers/NN.json` (read by `ledger.ts`) and gives what it measured;
 * `judge` in `ledger.ts` compares the two by the claim's rule (`rules.ts`). `outcome.ts` says the result in one sentence,
 * `verdict.ts` names it, `claims_table.ts` lists all claims of a notebook, `citation.ts` shows the paper. `measured.ts` is a number with its
 * interval, `comparison.ts` writes both sides of a rule.
 *
 * @module
 */
export * from "./citation.ts";
export { claim, claimsTable, remarkOnClaims, verdictOf, verdicts } from "./claim.ts";
export * from "./ledger.ts";
export type { Measured } from "./measured.ts";
export { describeRule, passes, type Rule } from "./rules.ts";

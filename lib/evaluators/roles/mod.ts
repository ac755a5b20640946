/**
 * The six evaluators as analysers: real programs that look at code, each at one criterion.
 *
 * Begin with `examine` in `examine.ts`; `report.ts` is what a role hands over, the other files are the roles.
 *
 * @module
 */
export * from "./examine.ts";
export { Notes, type RoleReport, type Subject, type TimedFinding } from "./report.ts";

/**
 * A new paper: its ledger, its room in `lib/papers`, a test and a notebook in the form that all have, with one claim that holds.
 *
 * Begin with `newPaper` in `new_paper.ts`; `templates.ts` has the texts of the files, `names.ts` what they are called.
 *
 * @module
 */
export { newPaper } from "./new_paper.ts";
export { namesOf, type NewPaper, type PaperNames } from "./names.ts";

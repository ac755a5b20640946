/**
 * The least expected payment that makes an agent take one action in one state: one small linear program.
 *
 * Begin with `leastPayment` in `least_payment.ts`: this is where the payment program is solved. It takes a closed
 * form where there is one (`closed_forms.ts`: one rival action, or two outcomes) and the simplex of `tableau.ts`
 * otherwise. `general_solver.ts` solves the same programs through HiGHS; it is the independent check of the tests
 * and of notebook 08, and is loaded only there.
 *
 * The program is written out in notebook 08; payments over several steps are the business of `planning`.
 *
 * @module
 */
export * from "./closed_forms.ts";
export * from "./general_solver.ts";
export * from "./least_payment.ts";
export * from "./tableau.ts";

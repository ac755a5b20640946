/** Payment programs that several tests solve. */
import { leastPayment, type LeastPaymentProblem } from "offprint/contracts/payments/mod.ts";

export function zetaOf(problem: LeastPaymentProblem): number {
  const solved = leastPayment(problem);
  return solved.feasible ? solved.zeta : Infinity;
}

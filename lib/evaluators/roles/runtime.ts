/**
 * The runtime role: counts what a program does on growing inputs.
 *
 * @module
 */
import { STOPPED_WORK, TEST_LIMITS } from "../records/limits.ts";
import { COUNTING_PRELUDE } from "../programs/counted.ts";
import { INPUT_PRELUDE } from "../programs/inputs.ts";
import { Notes, type RoleReport, type Subject } from "./report.ts";

/** n, 2n and 4n: smaller where the work grows with the third power or more. */
const SIZES = [8, 16, 32], SMALL_SIZES = [4, 8, 16];
/** How far the fitted exponent may lie above the declared one. */
const ALLOWANCE = 0.5;

/** A growth of work beyond what is declared, and runs that do not end. */
export async function runtimeRole({ task, tree, counted, sandbox }: Subject): Promise<RoleReport> {
  const notes = new Notes("runtime");
  const { entry, input, exponent } = task;
  if (input === "") return notes.report();
  const sizes = exponent >= 3 ? SMALL_SIZES : SIZES;
  const { status, calls } = await sandbox.run({
    prelude: COUNTING_PRELUDE + INPUT_PRELUDE,
    code: `${counted.code}
      function __grow(size) {
        let total = 0;
        for (let seed = 1; seed <= 3; seed++) {
          const args = (${input})(size, __random(1000 * size + seed));
          __steps = 0;
          try { ${entry}(...args); } catch (error) {
            if (error instanceof InternalError) throw error;
            return -1;
          }
          total += __steps;
        }
        return total;
      }`,
    calls: sizes.map((size) => ({ entry: "__grow", args: [String(size)] })),
    limits: TEST_LIMITS,
    stopAtFailure: true,
  });
  if (status !== "ran") return notes.report();
  const counts: number[] = [];
  for (const [at, call] of calls.entries()) {
    if (call.status === "skipped") continue;
    if (call.status !== "value") {
      notes.spend(STOPPED_WORK);
      const what = `at size ${sizes[at]} it is stopped by the limit on ${call.status}`;
      notes.add("error", "endless", tree.root, what);
      return notes.report();
    }
    const count = Number(call.value);
    if (count < 0) return notes.report();
    notes.spend(count);
    counts.push(Math.max(1, count));
  }
  const slope = Math.log(counts[2]! / counts[0]!) / Math.log(4);
  if (slope > exponent + ALLOWANCE) {
    const seen = counts.join(", ");
    notes.add(
      "error",
      "slow",
      tree.root,
      `work at sizes ${sizes.join(", ")} is ${seen}: exponent ${
        slope.toFixed(2)
      }, declared ${exponent}`,
    );
  }
  return notes.report();
}

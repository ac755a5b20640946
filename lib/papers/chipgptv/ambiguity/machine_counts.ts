/**
 * How many state machines agree with a description: exact counts, and bits.
 *
 * @module
 */
import { UserError } from "offprint/errors.ts";

/** Machines of `states` named states with a known reset state, that read `inputBits` bits each step. */
export interface MachineFamily {
  states: number;
  inputBits: number;
}

/** log₂ of a whole number of at least 1, also far beyond what a double can hold. */
export function log2Exact(count: bigint): number {
  if (count < 1n) throw new RangeError(`log2Exact: got ${count}, expected at least 1`);
  const bits = count.toString(2).length;
  // A double holds 53 bits of the number; the rest is a shift.
  const shift = Math.max(0, bits - 60);
  return Math.log2(Number(count >> BigInt(shift))) + shift;
}

/** Transitions of a machine: one for each state and each value of the inputs. */
export function transitionCount(family: MachineFamily): number {
  checkFamily(family);
  return family.states * 2 ** family.inputBits;
}

/**
 * Transition functions that agree with `stated` transitions, n^(n·2ᵇ − stated): every transition that is not stated
 * may go to each of the n states.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { log2Exact, transitionFunctions } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * assertEquals(transitionFunctions({ states: 4, inputBits: 1 }), 65536n);
 * assertEquals(log2Exact(transitionFunctions({ states: 4, inputBits: 1 }, 8)), 0);
 * ```
 */
export function transitionFunctions(family: MachineFamily, stated = 0): bigint {
  const free = transitionCount(family) - stated;
  if (!Number.isInteger(stated) || stated < 0 || free < 0) {
    throw new UserError({
      what: "stated transitions",
      got: stated,
      expected: `a whole number from 0 to ${transitionCount(family)}`,
    });
  }
  return BigInt(family.states) ** BigInt(free);
}

/**
 * Transition functions in which the reset state reaches every state. By the states that are reached: of all
 * n^(n·2ᵇ) functions, those that reach k states choose them among the others, move among them as an accessible
 * machine of k states does, and are free elsewhere.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { reachableFunctions } from "offprint/papers/chipgptv/ambiguity/mod.ts";
 *
 * assertEquals(reachableFunctions({ states: 3, inputBits: 1 }), 432n);
 * ```
 */
export function reachableFunctions(family: MachineFamily): bigint {
  checkFamily(family);
  const symbols = 2 ** family.inputBits;
  const reached: bigint[] = [0n];
  for (let n = 1; n <= family.states; n++) {
    let count = BigInt(n) ** BigInt(n * symbols);
    for (let k = 1; k < n; k++) {
      const elsewhere = BigInt(n) ** BigInt((n - k) * symbols);
      count -= choose(n - 1, k - 1) * reached[k]! * elsewhere;
    }
    reached.push(count);
  }
  return reached[family.states]!;
}

/**
 * The same up to other names for the states that are not the reset state. No renaming leaves a machine as it is,
 * because each state is reached by some input, so each is one of (n − 1)! copies.
 */
export function reachableShapes(family: MachineFamily): bigint {
  let copies = 1n;
  for (let k = 2; k < family.states; k++) copies *= BigInt(k);
  return reachableFunctions(family) / copies;
}

function choose(n: number, k: number): bigint {
  let result = 1n;
  for (let i = 1; i <= k; i++) result = result * BigInt(n - k + i) / BigInt(i);
  return result;
}

function checkFamily({ states, inputBits }: MachineFamily): void {
  if (!Number.isInteger(states) || states < 1 || states > 64) {
    throw new UserError({ what: "states", got: states, expected: "a whole number from 1 to 64" });
  }
  if (!Number.isInteger(inputBits) || inputBits < 0 || inputBits > 8) {
    throw new UserError({
      what: "inputBits",
      got: inputBits,
      expected: "a whole number from 0 to 8",
    });
  }
}

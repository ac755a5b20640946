import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { farsightedExample, oneStepExample } from "offprint/contracts/instance/mod.ts";
import { bestResponse } from "offprint/contracts/planning/mod.ts";

function onTop(pay: number): Float64Array {
  return new Float64Array([0, 0, pay, 0, 0, pay, 0, 0, pay]);
}

Deno.test("the one-step example at 0.6: actions 0 and 2 tie; the recommendation, or else the principal, decides", () => {
  const instance = oneStepExample();
  const tied = onTop(0.6);
  const followed = bestResponse(instance, tied, { rec: [2, 2, 2] });
  assertEquals(followed.actions[0], 2);
  assertAlmostEquals(followed.VP[0]!, 0.39, 1e-12);
  assertAlmostEquals(followed.VA[0]!, 0.06, 1e-12);
  assertEquals(bestResponse(instance, tied).actions[0], 2);
  const shirked = bestResponse(instance, tied, { rec: [0, 0, 0] });
  assertEquals(shirked.actions[0], 0);
  assertAlmostEquals(shirked.VP[0]!, 0.14, 1e-12);
});

Deno.test("the one-step example a millionth below 0.6: the principal's value falls by a quarter", () => {
  const { actions, VP } = bestResponse(oneStepExample(), onTop(0.6 - 1e-6), { rec: [2, 2, 2] });
  assertEquals(actions[0], 0);
  assertAlmostEquals(VP[0]!, 0.14, 1e-6);
});

Deno.test("within the tie tolerance the recommendation still counts", () => {
  const contracts = onTop(0.6 - 1e-10);
  assertEquals(bestResponse(oneStepExample(), contracts, { rec: [2, 2, 2] }).actions[0], 2);
  assertEquals(
    bestResponse(oneStepExample(), contracts, { rec: [2, 2, 2], tolerance: 0 }).actions[0],
    0,
  );
});

Deno.test("a recommended action that is not a tie is not taken", () => {
  const { actions } = bestResponse(oneStepExample(), onTop(0.2), { rec: [2, 2, 2] });
  assertEquals(actions[0], 0);
});

Deno.test("a myopic agent leaves the continuation out of its choice but receives it", () => {
  const instance = farsightedExample();
  const contracts = new Float64Array([0.41, 0, 0.41, 0, 0, 0.25, 0, 0.5]);
  const rec = [1, 1, 1, 1];
  // 0.41 is enough for an agent that does not see that state B leaves the larger rent.
  assertEquals(bestResponse(instance, contracts, { rec, agent: "myopic" }).actions[0], 1);
  assertEquals(bestResponse(instance, contracts, { rec }).actions[0], 0);
  const { VA } = bestResponse(instance, contracts, { rec, agent: "myopic" });
  assertAlmostEquals(VA[0]!, 0.8 * (0.41 + 0.125) + 0.2 * 0.15 - 0.2, 1e-12);
});

Deno.test("only the wanted states are computed when asked", () => {
  const instance = farsightedExample();
  const only = new Uint8Array([1, 0, 1, 1]);
  const part = bestResponse(instance, new Float64Array(8), { only });
  const all = bestResponse(instance, new Float64Array(8));
  assertEquals(part.VP[0], all.VP[0]);
  assertEquals(part.VP[1], 0);
});

Deno.test("contracts of another size are refused", () => {
  assertThrows(
    () => bestResponse(oneStepExample(), new Float64Array(3)),
    RangeError,
    "got 3 payments, expected H·n·n = 9",
  );
});

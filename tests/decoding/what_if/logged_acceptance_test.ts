import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { speculate } from "offprint/decoding/decoders/mod.ts";
import { constantLength, constantRule } from "offprint/decoding/policies/mod.ts";
import { loggedAcceptance, type TextLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { mean, zScore } from "offprint/stats.ts";
import { draft, target } from "../side_by_side.ts";
import { time } from "./logged_texts.ts";

const decoded = (
  log: TextLog,
  candidates: number,
  run: number,
  maxTokens = log.acceptance.length,
) =>
  speculate({
    ...{ draft, target, maxTokens, bonus: true, random: stream(31, "logged", run) },
    ...loggedAcceptance(log, constantLength(candidates)),
  });

Deno.test("logged acceptance: certain outcomes at every place of a round", async () => {
  // accepted accepted bonus | rejected | accepted rejected | accepted accepted
  const { tokens, rounds, drafted, discarded, rejections } = await decoded(
    { acceptance: [1, 1, 0, 0, 1, 0, 1, 1] },
    2,
    0,
  );
  assertEquals(tokens.length, 8);
  assertEquals({ rounds, drafted, discarded, rejections }, {
    rounds: 4,
    drafted: 8,
    discarded: 3,
    rejections: 2,
  });
});

Deno.test("logged acceptance: rounds and discarded candidates are those that the what-if tool predicts", async () => {
  const random = stream(32, "log");
  const log = { acceptance: Array.from({ length: 40 }, () => random.uniform() ** 0.3) };
  for (const candidates of [1, 3]) {
    const runs = 400;
    const rates: [number, number][] = [];
    for (let run = 0; run < runs; run++) {
      const { rounds, discarded } = await decoded(log, candidates, run);
      rates.push([rounds / 40, discarded / 40]);
    }
    const told = whatIf([log], constantRule(candidates), { time, replays: 4000 });
    for (const [i, { mean: expected }] of [told.verification, told.discard].entries()) {
      const of = rates.map((each) => each[i]!);
      const middle = mean(of);
      const deviation = Math.sqrt(mean(of.map((value) => (value - middle) ** 2)));
      const z = zScore(middle, expected, deviation * Math.sqrt(1 / runs + 1 / 4000));
      assertLess(Math.abs(z), 4, `${candidates} candidates`);
    }
  }
});

Deno.test("logged acceptance: a text longer than its log is refused", async () => {
  await assertRejects(
    () => decoded({ acceptance: [1, 1] }, 4, 0, 6),
    UserError,
    "got a log of 2 tokens",
  );
});

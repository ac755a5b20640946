import { assert, assertEquals, assertThrows } from "@std/assert";
import { binaryOutcomeExample } from "offprint/contracts/instance/mod.ts";
import { ContractBandit, shrinkingMargin } from "offprint/contracts/learning/mod.ts";
import { bonusTrace } from "offprint/papers/contractual_rl/mod.ts";
import { stream } from "offprint/random.ts";

const bandit = () =>
  new ContractBandit(binaryOutcomeExample([0.2, 0.7], [0.3], 1, { cap: 3 }), stream(1, "trace"));
const rival = { target: 1, outcome: 1, rivalProbability: 0.2, extraCost: 0.15 };

Deno.test("rounds are thinned out, the first ten are all there, and the regret is untouched", () => {
  const watched = bandit(), plain = bandit();
  const rows = bonusTrace(watched, 1, (each) => shrinkingMargin(each, 2000, rival));
  shrinkingMargin(plain, 2000, rival);
  assertEquals(watched.ledger.total, plain.ledger.total);
  assertEquals(rows.slice(0, 10).map(({ round }) => round), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert(rows.length < 160);
  assertEquals(rows[0]!.bonus, 3);
  assert(rows.at(-1)!.bonus < 0.5 && rows.at(-1)!.bonus > 0.3);
});

Deno.test("a learner's error comes through, and the game can be played on", () => {
  const game = bandit();
  assertThrows(() =>
    bonusTrace(game, 1, () => {
      throw new Error("gave up");
    })
  );
  const before = game.ledger.episodes;
  game.post(Float64Array.of(0, 1), 1);
  assertEquals(game.ledger.episodes, before + 1);
});

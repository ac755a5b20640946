import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  cpo,
  dpo,
  dpop,
  hingeDpo,
  ipo,
  kto,
  labelSmoothing,
  LOSS_NAMES,
  lossByName,
  numericLoss,
  orpo,
  type PairLoss,
  type PairStatistics,
  rDpo,
  rrhf,
  simpo,
  slicHf,
  softLabelTerms,
  sppo,
  standardLosses,
} from "offprint/preference/losses/mod.ts";
import { logistic, negativeLogSigmoid } from "offprint/preference/losses/pair_loss.ts";
import { stream } from "offprint/random.ts";

const PAIR: PairStatistics = {
  chosen: -13.2,
  rejected: -10,
  chosenReference: -12.7,
  rejectedReference: -10.8,
  chosenTokens: 6,
  rejectedTokens: 5,
};

/** Loss, d_w, d_l and d_w/d_l: the table of golden values. */
const GOLDEN: [PairLoss, number, number, number, number][] = [
  [dpo(), 0.76025819, 0.05324543, 0.05324543, 1],
  [hingeDpo(), 1.13, 0.1, 0.1, 1],
  [rDpo(), 0.65875956, 0.04825071, 0.04825071, 1],
  [ipo(), 39.69, 12.6, 12.6, 1],
  [simpo(), 1.24115387, 0.23698317, 0.28437980, 0.833333],
  [rrhf(), 13.4, 1.16666667, 0.2, 5.833333],
  [slicHf(), 5.52, 1.1, 1, 1.1],
  [cpo(), 2.18589294, 0.15793243, 0.05793243, 2.726149],
  [dpop(), 2.69959925, 4.75711450, 0.09327675, 51],
  [dpop({ lambda: 5 }), 0.90108961, 0.35632386, 0.05938731, 6],
  [kto({ referencePoint: 0.3 }), 1.03183834, 0.02424974, 0.02469992, 0.981774],
  [sppo(), 63.89, 11, 11.6, 0.948276],
  [orpo(), 2.28136182, 0.17710209, 0.01287779, 13.752519],
];

for (const [loss, value, chosen, rejected, ratio] of GOLDEN) {
  Deno.test(`${loss.name}: golden loss and weights`, () => {
    const terms = loss.at(PAIR);
    assertAlmostEquals(terms.loss, value, 6e-9);
    assertAlmostEquals(terms.chosenWeight, chosen, 6e-9);
    assertAlmostEquals(terms.rejectedWeight, rejected, 6e-9);
    assertAlmostEquals(terms.chosenWeight / terms.rejectedWeight, ratio, 6e-7);
  });
}

/** A random pair, far from every kink with near certainty. */
function randomPair(index: number): PairStatistics {
  const random = stream(3, "loss pair", index);
  const log = (): number => -0.5 - 20 * random.uniform();
  return {
    chosen: log(),
    rejected: log(),
    chosenReference: log(),
    rejectedReference: log(),
    chosenTokens: 1 + random.integer(12),
    rejectedTokens: 1 + random.integer(12),
  };
}

Deno.test("every weight is the slope of its loss, within 1e-6", () => {
  const options: [string, PairLoss][] = [
    ...standardLosses().map((loss): [string, PairLoss] => [loss.name, loss]),
    ["averaged IPO", ipo({ average: true })],
    ["halved SPPO", sppo({ halved: true })],
    ["KTO with a point", kto({ referencePoint: 0.7, chosenLambda: 2, rejectedLambda: 0.5 })],
    ["cDPO", labelSmoothing(dpo(), 0.2)],
    ["smoothed CPO", labelSmoothing(cpo(), 0.2)],
    ["smoothed KTO", labelSmoothing(kto(), 0.3)],
  ];
  for (const [name, loss] of options) {
    const numeric = numericLoss(name, (pair, context) => loss.at(pair, context).loss);
    for (let i = 0; i < 100; i++) {
      const pair = randomPair(i);
      const context = { referencePoint: 0.4 };
      const [got, wanted] = [loss.at(pair, context), numeric.at(pair, context)];
      for (const key of ["chosenWeight", "rejectedWeight"] as const) {
        const scale = Math.max(1e-3, Math.abs(wanted[key]));
        assert(
          Math.abs(got[key] - wanted[key]) < 1e-6 * scale,
          `${name}, pair ${i}, ${key}: ${got[key]}, by differences ${wanted[key]}`,
        );
      }
    }
  }
});

Deno.test("at a kink the slope is that of one side", () => {
  const at = (chosen: number, rejected: number): PairStatistics => ({
    ...PAIR,
    chosen,
    rejected,
    chosenReference: 0,
    rejectedReference: 0,
    chosenTokens: 1,
    rejectedTokens: 1,
  });
  // β D = 1, ā = b̄, a − b = δ, a = a₀.
  assertEquals(hingeDpo().at(at(-1, -11)).chosenWeight, 0);
  assertEquals(hingeDpo().at(at(-1, -10.999)).chosenWeight, 0.1);
  assertEquals(rrhf({ lambda: 0 }).at(at(-2, -2)).chosenWeight, 0);
  assertEquals(rrhf({ lambda: 0 }).at(at(-2.001, -2)).chosenWeight, 1);
  assertEquals(slicHf({ lambda: 0 }).at(at(-1, -2)).chosenWeight, 0);
  assertEquals(slicHf({ lambda: 0 }).at(at(-1.001, -2)).chosenWeight, 1);
  const kept = dpop({ lambda: 5 }).at(at(0, -2));
  assertEquals(kept.chosenWeight, kept.rejectedWeight);
  const fallen = dpop({ lambda: 5 }).at(at(-1e-9, -2));
  assertAlmostEquals(fallen.chosenWeight / fallen.rejectedWeight, 6, 1e-12);
});

Deno.test("IPO pulls a margin beyond its target back", () => {
  const won = { ...PAIR, chosen: -1, rejected: -30 };
  const { chosenWeight } = ipo().at(won);
  assertAlmostEquals(chosenWeight, 2 * (5 - (11.7 + 19.2)), 1e-9);
  assert(chosenWeight < 0);
});

Deno.test("log-sigmoids stay finite and exact far out", () => {
  assertEquals(negativeLogSigmoid(800), 0);
  assertEquals(negativeLogSigmoid(-800), 800);
  assertEquals([logistic(-800), logistic(800)], [0, 1]);
  const far = dpo().at({ ...PAIR, chosen: -9000, rejected: -1 });
  assert(Number.isFinite(far.loss) && far.chosenWeight === 0.1);
});

Deno.test("a label that is a coin toss pulls an even pair nowhere", () => {
  const even = { ...PAIR, rejected: -13.2, rejectedReference: -12.7, rejectedTokens: 6 };
  for (const loss of [dpo(), simpo(), ipo()]) {
    const terms = softLabelTerms(loss, even, 0.5);
    assertAlmostEquals(terms.chosenWeight, 0, 1e-12);
    assertAlmostEquals(terms.rejectedWeight, 0, 1e-12);
  }
});

Deno.test("wrong options and pairs cost one clear line", () => {
  assertThrows(
    () => dpo({ beta: 0 }),
    UserError,
    "DPO: beta: got 0, expected a finite number above 0.",
  );
  assertThrows(() => ipo({ beta: -1 }), UserError, "IPO: beta");
  assertThrows(() => labelSmoothing(dpo(), 0.5), UserError, "below 0.5");
  assertThrows(() => lossByName("ppo"), UserError, `one of ${LOSS_NAMES.join(", ")}`);
  assertThrows(() => lossByName("dpo", { gamma: 1 }), UserError, "one of beta");
  assertThrows(() => simpo().at({ ...PAIR, chosenTokens: 0 }), UserError, "at least 1");
  assertThrows(() => rrhf().at({ ...PAIR, rejectedTokens: 0 }), UserError, "rejected response");
  assertThrows(() => orpo().at({ ...PAIR, chosen: 0 }), UserError, "a number below 0");
  assertThrows(() => softLabelTerms(dpo(), PAIR, 1.2), UserError, "from 0 to 1");
});

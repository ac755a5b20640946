import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  drawRoute,
  exactTerms,
  mixtureGradient,
  pairTerms,
  rescaledSteps,
  type Route,
  ROUTES,
  sharesOf,
} from "offprint/preference/sail/mod.ts";
import { assertVector, BANDIT, randomWorld, THETA } from "./tabular_worlds.ts";

Deno.test("routes come as often as their shares say, and depend on seed, step and slot alone", () => {
  const shares = sharesOf({
    DDP: { share: 0.2, coefficient: 0 },
    DPP: { share: 0.3, coefficient: 0 },
    DPR: { share: 0.1, coefficient: 0 },
  });
  const counts: Record<Route, number> = { DPO: 0, DDP: 0, DPP: 0, DPR: 0 };
  for (let i = 0; i < 1e5; i++) counts[drawRoute(shares, 1, Math.floor(i / 32), i % 32)]++;
  for (const [route, q] of [["DPO", 0.4], ["DDP", 0.2], ["DPP", 0.3], ["DPR", 0.1]] as const) {
    assertAlmostEquals(counts[route] / 1e5, q, 4 * Math.sqrt(q * (1 - q) / 1e5));
  }
  assertEquals(drawRoute(shares, 4, 7, 2), drawRoute(shares, 4, 7, 2));
});

Deno.test("wrong mixtures are refused in one line", () => {
  const half = { share: 0.5, coefficient: 0.1 };
  for (
    const [mixture, message] of [
      [{ DDP: half, DPP: half }, /^mixture: r \+ p \+ g: got 1, expected a sum below 1/],
      [{ DDP: half, DPP: half, DPR: half }, /got 1\.5/],
      [
        { DPR: { share: -0.1, coefficient: 0 } },
        /^DPR: share: got -0\.1, expected a finite number from 0/,
      ],
      [{ DPP: { share: 0.1, coefficient: NaN } }, /^DPP: coefficient: got NaN/],
      [{ DDP: { share: 0, coefficient: 0.2 } }, /^DDP: coefficient: got 0\.2 with a share of 0/],
    ] as const
  ) {
    const error = assertThrows(() => sharesOf(mixture), UserError);
    assert(message.test(error.message), error.message);
  }
});

Deno.test("epochs are divided by the share that is left for the data's own labels", () => {
  assertAlmostEquals(rescaledSteps(5, { DDP: { share: 0.4, coefficient: 0.2 } }), 8.333, 5e-4);
  assertAlmostEquals(rescaledSteps(5, { DPP: { share: 0.3, coefficient: 0.2 } }), 7.143, 5e-4);
  const mixture = { DPR: { share: 0.3, coefficient: 0 } };
  const shares = sharesOf(mixture);
  let visits = 0;
  const slots = Math.round(rescaledSteps(300, mixture)) * 32;
  for (let slot = 0; slot < slots; slot++) if (drawRoute(shares, 3, 0, slot) === "DPO") visits++;
  assertAlmostEquals(visits / 9600, 1, 4 * Math.sqrt(0.3 / 0.7 / 9600) + 32 / 9600);
});

Deno.test("a response paired with itself", () => {
  const tie = pairTerms({ first: -2, second: -2, firstReference: -3, secondReference: -3 }, {
    beta: 0.5,
    probability: 1,
  });
  assertAlmostEquals(tie.value, -Math.LN2, 1e-15);
  assertAlmostEquals(tie.response[0] + tie.response[1], -2 * Math.LN2, 1e-15);
  const [kept, dropped] = (["keep", "drop"] as const).map((ties) =>
    exactTerms(BANDIT, THETA, "DPR", { ties })
  );
  assert(Math.abs(kept!.value - dropped!.value) > 0.1);
  assert(Math.abs(kept!.response[0]! - dropped!.response[0]!) > 1e-3);
});

Deno.test("a mixture's gradient is the weighted sum of its routes'", () => {
  const world = randomWorld(11);
  const theta = [0.3, -0.4, 0.9];
  const mixture = {
    DDP: { share: 0.2, coefficient: 0.5 },
    DPP: { share: 0.3, coefficient: 0.7 },
    DPR: { share: 0.1, coefficient: 0.9 },
  };
  const wanted = [0, 0, 0];
  for (const route of ROUTES) {
    const { share, coefficient } = sharesOf(mixture)[route];
    const { pair, label, response } = exactTerms(world, theta, route);
    wanted.forEach((_, k) => {
      wanted[k]! += share * (pair[k]! + coefficient * (label[k]! + response[k]!));
    });
  }
  assertVector(mixtureGradient(world, theta, mixture), wanted, 1e-12);
});

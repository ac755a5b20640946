import { assertAlmostEquals } from "@std/assert";
import { exactTerms, responseTermMoments } from "offprint/preference/sail/mod.ts";
import { assertVector, BANDIT, THETA } from "./tabular_worlds.ts";

Deno.test("a baseline changes no mean and takes the variance away", () => {
  const { value, response } = exactTerms(BANDIT, THETA, "DPR");
  const plain = responseTermMoments(BANDIT, THETA, 0);
  const centred = responseTermMoments(BANDIT, THETA, value);
  assertVector(plain.mean, [...response], 1e-15);
  assertVector(centred.mean, [...response], 1e-15);
  assertAlmostEquals(plain.variance, 0.652990, 5e-7);
  assertAlmostEquals(centred.variance, 0.007359, 5e-7);
});

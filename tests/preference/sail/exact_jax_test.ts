/** SAIL's exact gradient against jax-js's derivative of the same objective. */
import { assertAlmostEquals } from "@std/assert";
import { tabularWorld, threeResponses } from "offprint/papers/sail/mod.ts";
import { exactTerms, mixtureGradient, singleRoute } from "offprint/preference/sail/mod.ts";
import { jaxSailGradient } from "../../../bench/preference/jax_sail.ts";

Deno.test("jax-js's gradient of the one-level objective is the sum of both terms, within float32", async () => {
  const small = threeResponses();
  const { pair, response } = exactTerms(small, [0.2, -0.1, 0], "DPR");
  const derived = await (await jaxSailGradient(small))([0.2, -0.1, 0]);
  derived.forEach((value, k) => assertAlmostEquals(value, pair[k]! + response[k]!, 1e-6));
  const world = tabularWorld(3);
  const theta = [0.5, -1, 0.2, 0.8, -0.3, 0.1];
  const exact = mixtureGradient(world, theta, singleRoute("DPR", 1));
  const gradient = await (await jaxSailGradient(world))(theta);
  gradient.forEach((value, k) => assertAlmostEquals(value, exact[k]!, 2e-5));
});

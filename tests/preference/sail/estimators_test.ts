import { assert } from "@std/assert";
import { estimateGradient, mixtureGradient } from "offprint/preference/sail/mod.ts";
import { randomWorld } from "./tabular_worlds.ts";

Deno.test("estimates agree with the exact gradient, whatever the baseline and the labels", () => {
  const world = randomWorld(5);
  const theta = [0.5, -0.2, 0.1];
  const mixture = {
    DDP: { share: 0.2, coefficient: 0.5 },
    DPP: { share: 0.2, coefficient: 0.7 },
    DPR: { share: 0.4, coefficient: 0.9 },
  };
  const exact = mixtureGradient(world, theta, mixture);
  const spread: Record<string, number> = {};
  for (const baseline of ["none", "batch", "prompt", "enumerate"] as const) {
    for (const labels of ["sample", "enumerate"] as const) {
      const steps = Array.from(
        { length: 400 },
        (_, step) =>
          estimateGradient(world, theta, mixture, { batch: 32, seed: 1, step, baseline, labels })
            .gradient,
      );
      let total = 0;
      exact.forEach((wanted, k) => {
        const values = steps.map((gradient) => gradient[k]!);
        const mean = values.reduce((a, b) => a + b) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
          (values.length - 1);
        total += variance;
        const z = (mean - wanted) / Math.sqrt(variance / values.length);
        assert(Math.abs(z) < 4, `${baseline}, ${labels}, parameter ${k}: z = ${z}`);
      });
      spread[`${baseline} ${labels}`] = total;
    }
  }
  assert(spread["batch enumerate"]! < spread["none enumerate"]! / 1.5, JSON.stringify(spread));
  assert(spread["batch enumerate"]! < spread["batch sample"]!, JSON.stringify(spread));
});

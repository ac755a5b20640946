import { performRun, measureStart } from "offprint/papers/gradient_entanglement/mod.ts";
for (const run of [{ suffix: "single", noise: 0, arm: "dpo", seed: 2 }, { suffix: "long", noise: 0, arm: "hard mask", seed: 3 }, { suffix: "long", noise: 0, arm: "normalised", seed: 3 }] as const) {
  const r = await performRun(run);
  const f = `/tmp/pref/runs/${r.name.replaceAll(", ", "_").replaceAll(" ", "-")}.json`;
  console.log(r.name, JSON.stringify(r) === JSON.stringify(JSON.parse(Deno.readTextFileSync(f))));
  if (run.arm === "normalised") console.log(r.skipped, r.curve.map((c) => [c.step, c.chosen, c.rejected, c.margin, c.accuracy, c.loss]));
}
const s = await measureStart({ suffix: "short", seed: 3, tied: false });
console.log(JSON.stringify(s) === JSON.stringify(JSON.parse(Deno.readTextFileSync("/tmp/pref/runs/start_short_untied_seed-3.json"))));

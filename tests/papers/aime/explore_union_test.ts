import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { explore } from "offprint/notebook/explore/mod.ts";
import {
  ADVERSARIAL_ARMS,
  AIME,
  defectiveOf,
  EXPLORED_FILE,
  exploredText,
  judgeOf,
  loadOpinions,
  PAPER_ROLES,
  passingOf,
  SUBSET_ARMS,
  totalBudget,
  unionExploration,
  unionRates,
} from "offprint/papers/aime/mod.ts";

const opinions = await loadOpinions();
const evaluation = opinions.filter(({ half }) => half === "evaluation");

Deno.test("the figure's numbers are those of the committed opinions", async () => {
  assertEquals(await Deno.readTextFile(EXPLORED_FILE), exploredText(opinions));
});

Deno.test("every set of roles, budget and liar has the rates of its arm", () => {
  const total = totalBudget(opinions);
  const states = [
    ...SUBSET_ARMS.map((arm) => ({ arm, work: 1, tokens: 3600 })),
    ...[0.1, 0.5, 6].flatMap((work) =>
      [120, 600, 3600].map((tokens) => ({ arm: AIME, work, tokens }))
    ),
    ...ADVERSARIAL_ARMS.filter(({ generalist }) => generalist !== true)
      .map((arm) => ({ arm, work: 1, tokens: 3600 })),
  ];
  for (const { arm, work, tokens } of states) {
    const manner = (role: typeof PAPER_ROLES[number]): string =>
      !arm.roles.includes(role)
        ? "is left out"
        : arm.adversary !== undefined && role === "correctness"
        ? `${arm.adversary} always`
        : "is asked";
    const state = Object.fromEntries(PAPER_ROLES.map((role) => [role, manner(role)]));
    const { union } = unionRates({ work, tokens, ...state });
    const judge = judgeOf(arm, { tokens, work: work * total.work });
    for (const [rate, group] of [[union.EDR, defectiveOf], [union.FAR, passingOf]] as const) {
      const own = group(evaluation);
      assertAlmostEquals(rate, own.filter(judge).length / own.length, 1e-12, arm.name);
    }
  }
});

Deno.test("the committed script shows the figure, and nobody asked is no error", () => {
  const nobody = Object.fromEntries(PAPER_ROLES.map((role) => [role, "is left out"]));
  const { says } = unionExploration.draw({ work: 1, tokens: 3600, ...nobody });
  assertEquals(says, "Nobody is asked, and nothing is detected.");
  const html = String(explore(unionExploration).bundle()["text/html"]);
  assert(html.includes("6 of 6 roles share the budget"));
});

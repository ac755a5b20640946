import { assert, assertEquals } from "@std/assert";
import { examine, heardOf } from "offprint/evaluators/mod.ts";
import {
  ADVERSARIAL_ARMS,
  AIME,
  armAggregate,
  armVerdict,
  budgetOf,
  evaluatorsOf,
  GENERALIST,
  loadOpinions,
  orderRates,
  ordersOf,
  PAPER_ROLES,
  readStudy,
  REPEATED,
  SUBSET_ARMS,
  totalBudget,
  UNLIMITED_AIME,
  UNLIMITED_GENERALIST,
} from "offprint/papers/aime/mod.ts";
import { javascriptSandbox } from "offprint/sandbox/mod.ts";

Deno.test("63 sets of roles, small ones first, each once", () => {
  assertEquals(SUBSET_ARMS.length, 63);
  assertEquals(new Set(SUBSET_ARMS.map(({ name }) => name)).size, 63);
  assertEquals(SUBSET_ARMS.at(-1)!.roles, PAPER_ROLES);
  const total = { tokens: 3600, work: 60_000 };
  for (const arm of [...SUBSET_ARMS, GENERALIST, REPEATED]) {
    assert(evaluatorsOf(arm) * budgetOf(arm, total).tokens <= 3600, arm.name);
    assert(evaluatorsOf(arm) * budgetOf(arm, total).work <= 60_000, arm.name);
  }
});

Deno.test("the verdict on what was heard is the verdict of the joined texts, for every arm and budget", async () => {
  await using sandbox = javascriptSandbox();
  const [study] = await readStudy(sandbox, ["gcd"]);
  for (const { text } of study!.programs.slice(0, 5)) {
    const examination = await examine(study!.shown, text, sandbox);
    const heard = {
      roles: Object.fromEntries(
        PAPER_ROLES.map((role) => [role, heardOf(examination[role])]),
      ) as Record<typeof PAPER_ROLES[number], ReturnType<typeof heardOf>>,
      samples: [],
    };
    for (const work of [300, 3_000, 1e9]) {
      const total = { tokens: 900, work };
      for (
        const arm of [...SUBSET_ARMS, GENERALIST, UNLIMITED_GENERALIST, ...ADVERSARIAL_ARMS]
      ) {
        const joined = armAggregate(arm, text, [examination], total);
        assertEquals(joined.verdict === "fail", armVerdict(arm, heard, total).flagged, arm.name);
      }
    }
  }
});

Deno.test("on all committed opinions: unlimited arms agree, and every union is one", async () => {
  const opinions = await loadOpinions();
  const total = totalBudget(opinions);
  for (const program of opinions) {
    const verdict = (arm: typeof AIME): boolean => armVerdict(arm, program, total).flagged;
    assertEquals(verdict(UNLIMITED_GENERALIST), verdict(UNLIMITED_AIME), program.id);
    for (const arm of SUBSET_ARMS) {
      const { flagged, each } = armVerdict(arm, program, total);
      assertEquals(flagged, each.some(Boolean));
    }
    // The growing budget: a role's own share does not hang on who else is asked, so more roles never detect less.
    const one = { ...AIME, budget: "sixth each" as const };
    for (const role of PAPER_ROLES) {
      const alone = armVerdict({ ...one, roles: [role] }, program, total).flagged;
      assert(!alone || armVerdict(one, program, total).flagged, program.id);
    }
  }
});

Deno.test("every order of the six once, and with room for all a generalist says the same in each", async () => {
  const orders = ordersOf(PAPER_ROLES);
  assertEquals(new Set(orders.map((order) => order.join())).size, 720);
  const opinions = (await loadOpinions()).slice(0, 60);
  const everything = orderRates(opinions, { tokens: 1e9, work: 1e9 });
  assertEquals(new Set(everything.map(({ EDR, FAR }) => `${EDR} ${FAR}`)).size, 1);
  // A role alone within what it needs is heard first, and cut where another has spent the budget.
  const cutOff = orderRates(opinions, { tokens: 3600, work: 5_000 });
  assert(new Set(cutOff.map(({ EDR }) => EDR)).size > 1);
});

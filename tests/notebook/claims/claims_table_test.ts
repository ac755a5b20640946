import { assertEquals } from "@std/assert";
import { ruleText } from "offprint/notebook/claims/claims_table.ts";
import type { Claim } from "offprint/notebook/claims/ledger.ts";

const claim: Claim = {
  id: "02.example",
  where: "Theorem 1",
  statement: "It rises.",
  kind: "trend",
  provenance: "ours",
  check: { rule: "atLeast", bound: 1 },
};

Deno.test("the text of a rule ends without a full stop, whether its reason has one or not", () => {
  const reasons = ["As chosen before the run.", "As chosen before the run"];
  const [first, second] = reasons.map((reason) => ruleText({ ...claim, reason }));
  assertEquals(first, second);
  assertEquals(first!.endsWith("; As chosen before the run"), true);
});

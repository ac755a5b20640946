/** A role of one's own beside the six. */
import { assertEquals } from "@std/assert";
import {
  aggregate,
  type Analyser,
  ANALYSERS,
  checkedRecord,
  detection,
  evaluationOf,
  evaluationSchema,
  examine,
  generalistOf,
  Notes,
  readOwnProgram,
  ROLES,
  UNLIMITED,
} from "offprint/evaluators/mod.ts";
import { AIME, armAggregate, PAPER_ROLES } from "offprint/papers/aime/mod.ts";
import { javascriptSandbox } from "offprint/sandbox/mod.ts";

/** Complains about functions that print. */
const printing: Analyser = ({ text, tree }) => {
  const notes = new Notes("printing");
  notes.spend(tree.nodes);
  const at = text.indexOf("console.");
  if (at >= 0) notes.add("error", "style", { start: at, end: at + 8 }, "it prints");
  return notes.report();
};

Deno.test("a seventh role is heard like the six, and the paper's six arms do not change", async () => {
  await using sandbox = javascriptSandbox();
  const analysers = { ...ANALYSERS, printing };
  const judged = await Promise.all(["console.log(n);", ""].map(async (line) => {
    const source = `function same(n) {\n  ${line}\n  return n;\n}`;
    const { task, text } = await readOwnProgram(source, { file: "same.js" });
    const seven = await examine(task, text, sandbox, analysers);
    const roles = [...ROLES, "printing"] as const;
    const opinions = roles.map((role) => evaluationOf(text, role, seven, UNLIMITED));
    for (const opinion of opinions) checkedRecord(evaluationSchema, opinion, "an evaluation");
    const joined = aggregate(opinions);
    assertEquals(joined.text.match(/^## \w+/gm)!.at(-1), "## printing");
    assertEquals(generalistOf(text, seven, UNLIMITED, roles).findings, joined.findings);
    const total = { tokens: 3600, work: 60_000 };
    const six = await examine(task, text, sandbox);
    assertEquals(armAggregate(AIME, text, [seven], total), armAggregate(AIME, text, [six], total));
    assertEquals(armAggregate(AIME, text, [seven], total).roles, [...PAPER_ROLES]);
    return { flagged: joined.verdict === "fail", defective: line !== "" };
  }));
  assertEquals(detection(judged).j, 1);
});

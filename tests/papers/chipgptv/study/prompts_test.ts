import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  anonymised,
  anotherDesign,
  ceilingOf,
  drawAnyDesign,
  graphLines,
  heldOutDesigns,
  STUDY_ARM_NAMES,
  STUDY_ARMS,
  STUDY_CONTEXT,
  type StudyDesign,
  studyExample,
  studyText,
} from "offprint/papers/chipgptv/study/mod.ts";
import { fsmOfMachine, graphOfWiring } from "offprint/papers/chipgptv/study/mod.ts";
import { stream } from "offprint/random.ts";
import { printFsm, printGraph } from "offprint/verilog/diagrams/mod.ts";

const DESIGNS: readonly StudyDesign[] = Array.from(
  { length: 60 },
  (_, i) => drawAnyDesign(stream(5, "prompts test", i)),
);

Deno.test("the graph of a prompt is the canonical text of its machine or wiring", () => {
  for (const design of DESIGNS) {
    const text = design.kind === "machine"
      ? printFsm(fsmOfMachine(design))
      : printGraph(graphOfWiring(design));
    const lines = text.split("\n").filter((line) => /^moore | -> |-->/.test(line));
    assertEquals(graphLines(design).map((line) => line.join("").trim()), lines);
    const { prompt } = studyExample(design, STUDY_ARMS["T-vague+G"]);
    assert(studyText(prompt).includes(`\n${lines.join("\n")}\n`));
  }
});

Deno.test("arms differ by the declared parts alone, and the answer is the same in all", () => {
  for (const design of DESIGNS) {
    const of = (name: keyof typeof STUDY_ARMS) => studyExample(design, STUDY_ARMS[name]);
    const lines = (name: keyof typeof STUDY_ARMS) => studyText(of(name).prompt).split("\n");
    const answers = STUDY_ARM_NAMES.map((name) => studyText(of(name).answer));
    assertEquals(new Set(answers).size, 1);
    const vague = lines("T-vague"), graph = lines("G"), both = lines("T-vague+G");
    assertEquals([vague[0], vague[1], ...graph.slice(1)], both);
    assertEquals(lines("anon T-vague+G").slice(1), both.slice(1));
    assertEquals(lines("anon T-vague")[0], vague[0]!.replace(design.module, "m0"));
    assertEquals(lines("T-complete").slice(0, 2), vague.slice(0, 2));
    const other = studyText(studyExample(anotherDesign(design), STUDY_ARMS.G).prompt).split("\n");
    assertEquals(lines("T-vague+G-wrong"), [vague[0], vague[1], ...other.slice(1)]);
    assertNotEquals(other.slice(1), graph.slice(1));
  }
});

Deno.test("taking the name away changes nothing that is built", () => {
  for (const design of DESIGNS) {
    const { module: _, ...rest } = anonymised(design);
    const { module, ...before } = design;
    assertEquals(rest, before);
    assertNotEquals(module, "m0");
  }
});

Deno.test("held-out designs are 520, the same every time, of all sizes", () => {
  const designs = heldOutDesigns();
  assertEquals(designs.length, 8 * 40 + 4 * 50);
  assertEquals(JSON.stringify(heldOutDesigns()), JSON.stringify(designs));
  const longest = Math.max(...designs.flatMap((design) =>
    STUDY_ARM_NAMES.map((name) => {
      const { prompt, answer } = studyExample(design, STUDY_ARMS[name]);
      return prompt.length + answer.length;
    })
  ));
  assert(longest + 4 <= STUDY_CONTEXT, `${longest} tokens`);
});

Deno.test("a ceiling is the frequency of the commonest design among those that the words allow", () => {
  // Draws designs of small sizes and counts, for each prompt, how often the commonest answer comes.
  const answers = new Map<string, Map<string, number>>();
  const ceilings = new Map<string, number>();
  for (let i = 0; i < 15_000; i++) {
    const design = drawAnyDesign(stream(6, "ceiling test", i), 0);
    for (const name of ["T-vague", "anon T-vague"] as const) {
      const { prompt, answer } = studyExample(design, STUDY_ARMS[name]);
      const key = studyText(prompt);
      const times = answers.get(key) ?? new Map<string, number>();
      const said = studyText(answer);
      answers.set(key, times.set(said, (times.get(said) ?? 0) + 1));
      ceilings.set(key, ceilingOf(design, STUDY_ARMS[name]));
    }
  }
  let checked = 0;
  for (const [key, times] of answers) {
    const total = [...times.values()].reduce((sum, count) => sum + count, 0);
    const ceiling = ceilings.get(key)!;
    // Where the commonest design is expected only a few times, the largest of many counts says nothing.
    if (total < 400 || total * ceiling < 10) continue;
    const most = Math.max(...times.values()) / total;
    // The largest of k counts lies above its mean, so there is room on that side.
    const deviation = Math.sqrt(ceiling * (1 - ceiling) / total);
    assert(most >= ceiling - 4 * deviation && most <= ceiling + 6 * deviation, `${key}: ${most}`);
    checked++;
  }
  assert(checked >= 8, `${checked} prompts`);
});

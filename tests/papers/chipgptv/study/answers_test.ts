import { assertEquals } from "@std/assert";
import {
  drawAnyDesign,
  drawMachine,
  drawWiring,
  gradeAnswer,
  STUDY_ARMS,
  STUDY_END,
  STUDY_WORDS,
  studyExample,
  studyToken,
} from "offprint/papers/chipgptv/study/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("the right answer passes, and every answer with one token changed, lost or added fails", () => {
  for (let i = 0; i < 40; i++) {
    const { design, answer } = studyExample(
      drawAnyDesign(stream(7, "answers test", i)),
      STUDY_ARMS.G,
    );
    const grade = gradeAnswer(design, answer);
    assertEquals(grade.pass, true);
    const { transitions = 1, states = 1, outputs = 1, edges = 1 } = grade;
    assertEquals([transitions, states, outputs, edges], [1, 1, 1, 1]);
    const random = stream(8, "answers test", i);
    answer.forEach((token, at) => {
      const other = (token + 1 + random.integer(100)) % STUDY_WORDS.length;
      assertEquals(gradeAnswer(design, answer.with(at, other)).pass, false);
      assertEquals(gradeAnswer(design, answer.toSpliced(at, 1)).pass, false);
      assertEquals(gradeAnswer(design, answer.toSpliced(at, 0, token)).pass, false);
    });
  }
});

Deno.test("statements may come in another order", () => {
  const machine = drawMachine(stream(9, "order"), 3);
  const { design, answer } = studyExample(machine, STUDY_ARMS.G);
  const [outputs, transitions] = [answer.slice(3, 6), answer.slice(6, 18)];
  const swapped = [
    ...answer.slice(0, 3),
    ...transitions.slice(2, 4),
    ...outputs.toReversed(),
    ...transitions.slice(0, 2),
    ...transitions.slice(4),
    ...answer.slice(18),
  ];
  assertEquals(gradeAnswer(design, swapped).pass, true);
});

Deno.test("half an answer has half of the transitions; one wrong wire of four leaves three quarters", () => {
  const machine = drawMachine(stream(9, "half"), 4);
  const { design, answer } = studyExample(machine, STUDY_ARMS.G);
  const half = gradeAnswer(design, answer.slice(0, 4 + 4 + 2 * 4));
  assertEquals(half, { pass: false, states: 1, outputs: 1, transitions: 0.5 });
  const other = answer[4]! + (machine.outputs[0] === 0 ? 1 : -1);
  const wrongBit = gradeAnswer(design, answer.with(4, other));
  assertEquals(wrongBit, { pass: false, states: 1, outputs: 0.75, transitions: 1 });
  const wiring = drawWiring(stream(9, "wires"), 2);
  const wanted = studyExample(wiring, STUDY_ARMS.G);
  const wrong = [STUDY_END];
  assertEquals(gradeAnswer(wiring, wrong).edges, 0);
  const wires = wiring.chosen.length;
  const driver = studyToken(wanted.answer[0] === studyToken("a") ? "b" : "a");
  const edges = gradeAnswer(wiring, wanted.answer.with(0, driver)).edges;
  assertEquals(edges, (wires - 1) / wires);
});

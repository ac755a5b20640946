import { assertEquals } from "@std/assert";
import {
  drawAnyDesign,
  drawMachine,
  drawWiring,
  gradeAnswer,
  STUDY_ARMS,
  STUDY_END,
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
    assertEquals([grade.transitions ?? 1, grade.states ?? 1, grade.edges ?? 1], [1, 1, 1]);
    const random = stream(8, "answers test", i);
    answer.forEach((token, at) => {
      const other = (token + 1 + random.integer(100)) % 170;
      assertEquals(gradeAnswer(design, answer.with(at, other)).pass, false);
      assertEquals(gradeAnswer(design, answer.toSpliced(at, 1)).pass, false);
      assertEquals(gradeAnswer(design, answer.toSpliced(at, 0, token)).pass, false);
    });
  }
});

Deno.test("statements may come in another order", () => {
  const machine = drawMachine(stream(9, "order"), 3);
  const { design, answer } = studyExample(machine, STUDY_ARMS.G);
  const swapped = [
    ...answer.slice(0, 3),
    ...answer.slice(5, 7),
    ...answer.slice(3, 5),
    ...answer.slice(7),
  ];
  assertEquals(gradeAnswer(design, swapped).pass, true);
});

Deno.test("half an answer has half of the transitions; one wrong wire of four leaves three quarters", () => {
  const machine = drawMachine(stream(9, "half"), 4);
  const { design, answer } = studyExample(machine, STUDY_ARMS.G);
  const half = gradeAnswer(design, answer.slice(0, 4 + 2 * 4));
  assertEquals(half, { pass: false, states: 1, transitions: 0.5 });
  const wiring = drawWiring(stream(9, "wires"), 2);
  const wanted = studyExample(wiring, STUDY_ARMS.G);
  const wrong = [STUDY_END];
  assertEquals(gradeAnswer(wiring, wrong).edges, 0);
  const wires = wiring.chosen.length;
  const other = studyToken(wanted.answer[0] === studyToken("a") ? "b" : "a");
  const edges = gradeAnswer(wiring, wanted.answer.with(0, other)).edges;
  assertEquals(edges, (wires - 1) / wires);
});

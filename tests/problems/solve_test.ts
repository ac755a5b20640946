import { assertEquals } from "@std/assert";
import { type Problem, solve } from "offprint/problems/mod.ts";

const right: Problem = {
  name: "",
  group: "g",
  judge: () => Promise.resolve({ compiles: true, passes: true }),
};

Deno.test("solve tells of one problem after the other, though several are under way and the first telling takes longest", async () => {
  const problems = ["a", "b", "c", "d"].map((name) => ({ ...right, name }));
  let telling = 0;
  const told: string[] = [];
  await solve(problems, ({ name }) => ({ prompt: name, answer: (reply) => reply }), {
    name: "echo",
    generate: (prompt, { samples }) => Promise.resolve(Array<string>(samples).fill(prompt)),
  }, {
    ...{ samples: 1, temperature: 0, seed: 1, concurrency: 4 },
    onProblem: async (done, _total, solved) => {
      assertEquals(++telling, 1);
      await new Promise((resolve) => setTimeout(resolve, done === 1 ? 20 : 0));
      telling--;
      told.push(solved.map(({ name }) => name).join(""));
    },
  });
  assertEquals(told.length, 4);
  // What is written last holds all.
  assertEquals(told.at(-1), "abcd");
});

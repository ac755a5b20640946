/** A language model as the judge: both orders, and answers that cannot be read. */
import { assertEquals } from "@std/assert";
import { judgeLabeller } from "offprint/preference/sail/mod.ts";
import type { TextModel } from "offprint/lm/text/mod.ts";

const pair = (first: number, second: number) => ({
  id: "a",
  prompt: [7],
  responses: [[first], [second]] as const,
});

/** Answers by a function of the two answers in the question. */
function judge(answer: (first: number, second: number, asked: number) => string) {
  let asked = 0;
  const model: TextModel = {
    name: "judge",
    generate(question) {
      const [first, second] = [...question.matchAll(/Answer \d: (\d+)/g)].map((found) =>
        Number(found[1])
      );
      return Promise.resolve([answer(first!, second!, asked++)]);
    },
  };
  return judgeLabeller({ name: "judge", model, text: (tokens) => tokens.join(" "), seed: 1 });
}

Deno.test("a fair judge is asked in both orders and agrees with itself", async () => {
  const fair = judge((first, second) => `I think so: [[${first}, ${second}]]`);
  assertEquals(await fair.label([pair(8, 3), pair(2, 9), pair(4, 4)]), [1, 0, 0.5]);
  assertEquals(fair.counts, { read: 6, unreadable: 0, contradicted: 0 });
});

Deno.test("a judge that prefers what it reads first labels one half, and the contradiction is counted", async () => {
  const biased = judge(() => "[9, 2]");
  assertEquals(await biased.label([pair(1, 2)]), [0.5]);
  assertEquals(biased.counts, { read: 2, unreadable: 0, contradicted: 1 });
});

Deno.test("answers that cannot be read are asked again, and given up after three tries", async () => {
  const late = judge((first, second, asked) => asked % 2 === 0 ? "Hm." : `[${first}, ${second}]`);
  assertEquals(await late.label([pair(5, 1)]), [1]);
  assertEquals(late.counts, { read: 2, unreadable: 0, contradicted: 0 });
  const mute = judge(() => "Both are fine.");
  assertEquals(await mute.label([pair(5, 1)]), [0.5]);
  assertEquals(mute.counts, { read: 0, unreadable: 2, contradicted: 0 });
});

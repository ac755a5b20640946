import { assert, assertEquals } from "@std/assert";
import { corpusRecipe, documentsHash } from "offprint/lm/corpora/mod.ts";
import {
  DIGITS,
  drawSlips,
  isRightSum,
  partOf,
  SUM_TOKENS,
  sumJudge,
  sumPrompt,
  sumsCorpus,
  testSums,
  workedSum,
} from "offprint/papers/treebon/sums/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("a worked sum ends with the number, and a slip anywhere makes it wrong", () => {
  for (const sum of [...testSums(50), { a: 9999, b: 9999 }, { a: 1000, b: 1000 }]) {
    const answer = workedSum(sum);
    assert(isRightSum(sum, answer), answer);
    assert(sumPrompt(sum).length + answer.length <= SUM_TOKENS + 10 && answer.length <= SUM_TOKENS);
    for (let place = 0; place < DIGITS; place++) {
      const wrong = workedSum(sum, new Map([[place, 1]]));
      assert(!isRightSum(sum, wrong), wrong);
    }
  }
  assertEquals(
    workedSum({ a: 9999, b: 9999 }),
    "9+9=18,9+9+1=19,9+9+1=19,9+9+1=19:19998\n",
  );
});

Deno.test("only a finished answer with the right number is right", () => {
  const sum = { a: 4387, b: 2945 };
  for (const answer of ["", ":7332", ":07332\n", ":733\n", "7332\n", ":7332\n\n", ":73320\n"]) {
    assert(!isRightSum(sum, answer), answer);
  }
  assert(isRightSum(sum, ":7332\n"), "what stands before the number is not judged");
  const judge = sumJudge({ decode: (ids) => String.fromCharCode(...ids), eos: 0 });
  const codes = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
  assertEquals(judge.score(codes(sumPrompt(sum)), [...codes(workedSum(sum)), 0]), 1);
  assertEquals(judge.score(codes(sumPrompt(sum)), codes(":7331\n")), 0);
});

Deno.test("no two models learn from one sum, and none from those of the test", async () => {
  const tested = new Set(testSums(200).map(sumPrompt));
  assertEquals(tested.size, 200);
  const policy = new Set<string>();
  for (const name of ["sums", "right-sums"]) {
    const { source } = await corpusRecipe(name);
    assert("module" in source);
    const { documents } = await sumsCorpus(source.options);
    assertEquals(await documentsHash(documents), source.sha256);
    for (const { sentences } of documents) {
      const prompt = sentences[0]!.slice(0, sentences[0]!.indexOf("=") + 1);
      assert(!tested.has(prompt) && !policy.has(prompt), prompt);
      if (name === "sums") policy.add(prompt);
    }
  }
  const parts = testSums(20).map(partOf);
  assertEquals(new Set(parts), new Set(["test"]));
});

Deno.test("slips come as often as asked", () => {
  const random = stream(1, "slips");
  const count = Array.from({ length: 4000 }, () => drawSlips(0.15, random).size)
    .reduce((sum, size) => sum + size, 0);
  // 16 000 places: 2400 expected, standard deviation 45.
  assert(Math.abs(count - 2400) < 4 * 45, `${count}`);
});

import { assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { headPredictor, predictAcceptance } from "offprint/decoding/heads/mod.ts";
import { oraclePredictor } from "offprint/decoding/policies/mod.ts";
import { logText, logTexts, predictLog } from "offprint/decoding/what_if/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { stream } from "offprint/random.ts";
import { chains, draft, head, prompts, target } from "../side_by_side.ts";

Deno.test("logs side by side are those of one text each; heads predict on them afterwards", async () => {
  const options = { draft, target, maxTokens: 30, branch: 6 };
  const random = (text: number) => stream(5, "logs", text);
  const logs = await logTexts({ ...options, prompts, random, states: true, batch: 3 });
  for (const [i, prompt] of prompts.entries()) {
    const alone = await logText({
      ...options,
      prompt,
      random: random(i),
      predictor: headPredictor(head),
    });
    const predicted = predictLog(
      logs[i]!,
      (states) => states.map((state) => predictAcceptance(head, state)),
    );
    assertEquals(predicted, alone);
    assertEquals(logs[i]!.tokens.length, 30);
  }
  const oracle = await logTexts({ ...options, prompts: [[1]], random, oracle: true });
  const asked = await logText({
    ...options,
    prompt: [1],
    random: random(0),
    predictor: oraclePredictor(target),
  });
  const numbers = (log: typeof asked) => [
    ...log.predicted!,
    ...log.rejected!.flatMap((branch) => branch?.predicted ?? []),
  ];
  const [ours, theirs] = [numbers(oracle[0]!.log), numbers(asked)];
  assertEquals(ours.length, theirs.length);
  ours.forEach((value, i) => assertAlmostEquals(value, theirs[i]!, 1e-6));
  assertThrows(() => predictLog(oracle[0]!, () => []), TypeError, "without states");
  await assertRejects(
    () =>
      logTexts({
        ...options,
        draft: markovModel(chains.draft),
        prompts: [[]],
        random,
        states: true,
      }),
    UserError,
    "gives no hidden states",
  );
});

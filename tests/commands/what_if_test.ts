import { assert, assertEquals, assertRejects } from "@std/assert";
import { constantRule, oraclePredictor } from "offprint/decoding/policies/mod.ts";
import { formatLog, parseLog, whatIf } from "offprint/decoding/what_if/mod.ts";
import { command, predict } from "offprint/commands/what_if.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { chains, logs, type Setting } from "../decoding/what_if/logged_texts.ts";

Deno.test("the command: table, JSON, help and errors", async () => {
  const file = await Deno.makeTempFile({ suffix: ".jsonl" });
  try {
    const setting: Setting = {
      draft: markovModel(chains.draft),
      target: markovModel(chains.target),
      maxTokens: 40,
    };
    const log = await logs(setting, 30, oraclePredictor(setting.target));
    await Deno.writeTextFile(file, formatLog(log));
    const times = ["--draft-ms", "23", "--target-ms", "107"];
    const table = await predict([file, ...times]);
    await Deno.writeTextFile(`${file}.marked`, `\ufeff${formatLog(log)}`);
    const marked = await predict([`${file}.marked`, ...times]);
    assertEquals(marked.replaceAll(`${file}.marked`, file), table);
    await Deno.remove(`${file}.marked`);
    assert(table.includes("30 texts, 1200 tokens"));
    for (
      const name of ["constant 4", "confidence 0.4", "top probability 0.3", "SpecDec++ h = 0.5"]
    ) {
      assert(table.includes(name), name);
    }
    const json = JSON.parse(
      await predict([
        file,
        ...times,
        "--policy",
        "constant:4",
        "--policy",
        "specdecpp:.5",
        "--json",
      ]),
    );
    const direct = whatIf(parseLog(formatLog(log), file), constantRule(4), {
      time: { draftMs: 23, targetMs: () => 107 },
    });
    assertEquals(json.policies[0], direct);
    assertEquals([json.texts, json.tokens, json.policies.length], [30, 1200, 2]);
    assert((command.usage as string).includes("deno task what-if LOG.jsonl"));

    const fails = async (args: string[], text: string) => {
      const error = await assertRejects(() => predict(args), UserError, text);
      assertEquals(error.message.includes("\n"), false);
    };
    await fails([], "expected one log file");
    await fails([file, file, ...times], "expected one log file");
    await fails([file, "--target-ms", "3"], "--draft-ms: got nothing");
    await fails([file, "--draft-ms", "3"], "--target-ms: got nothing");
    await fails([file, "--draft-ms", "x", "--target-ms", "3"], "--draft-ms");
    await fails([file, ...times, "--policy", "best"], "--policy");
    await fails([file, ...times, "--lag", "2"], "--lag");
    await fails([file, ...times, "--replays", "0"], "--replays");
    await fails([file, ...times, "--speed", "0"], "options among");
    await fails([`${file}.none`, ...times], "no such file");
    await Deno.writeTextFile(file, '{"acceptance":[1]}\n{"acceptance":[2]}\n');
    await fails([file, ...times], "line 2: acceptance[0]: got 2");
  } finally {
    await Deno.remove(file);
  }
});

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { constantRule, oraclePredictor } from "offprint/decoding/policies/mod.ts";
import { formatLog, parseLog, signalsOf, whatIf } from "offprint/decoding/what_if/mod.ts";
import { UserError } from "offprint/errors.ts";
import { markovModel } from "offprint/lm/exact/mod.ts";
import { chains, logs, type Setting, time } from "./logged_texts.ts";

Deno.test("a log survives being written and read", async () => {
  const setting: Setting = {
    draft: markovModel(chains.draft),
    target: markovModel(chains.target),
    maxTokens: 30,
  };
  const log = await logs(setting, 20, oraclePredictor(setting.target));
  const read = parseLog(formatLog(log), "log");
  assertEquals(read.length, 20);
  assertEquals(signalsOf(read), new Set(["confidence", "top", "predicted"] as const));
  const rule = constantRule(4);
  assertAlmostEquals(
    whatIf(read, rule, { time }).msPerToken.mean,
    whatIf(log, rule, { time }).msPerToken.mean,
    1e-3,
  );
  assertEquals(whatIf(log, rule, { time }), whatIf(log, rule, { time }));
  // a byte order mark, windows line ends and empty lines
  assertEquals(parseLog('\ufeff{"acceptance":[1]}', "log"), [{ acceptance: [1] }]);
  assertEquals(parseLog('\r\n{"acceptance":[1]}\r\n\r\n', "log"), [{ acceptance: [1] }]);
});

Deno.test("a malformed log gives one line that names the line", () => {
  const good = '{"acceptance":[1,0.5]}';
  for (
    const [line, text] of [
      ["{", "log: line 3: got"],
      ["[1]", "log: line 3: got [1], expected an object"],
      ["7", "log: line 3: got 7, expected an object"],
      ["null", "log: line 3: got null, expected an object"],
      ["{}", "log: line 3: acceptance: got nothing, expected a list"],
      ['{"acceptance":[]}', "log: line 3: acceptance: got [], expected at least one token"],
      ['{"acceptance":[1,1.5]}', "line 3: acceptance[1]: got 1.5, expected a number in [0, 1]"],
      ['{"acceptance":[-1]}', "line 3: acceptance[0]: got -1, expected a number in [0, 1]"],
      ['{"acceptance":["1"]}', 'line 3: acceptance[0]: got "1", expected a number'],
      ['{"acceptance":[null]}', "line 3: acceptance[0]: got null, expected a number"],
      ['{"acceptance":[1],"confidence":[1,1]}', "line 3: confidence.length: got 2, expected 1"],
      ['{"acceptance":[1],"rejected":[]}', "line 3: rejected.length: got 0, expected 1"],
      [
        '{"acceptance":[1],"rejected":[{"drafted":2,"top":[1]}]}',
        "line 3: rejected[0].top.length: got 1, expected 2",
      ],
      ['{"acceptance":[1],"rejected":[{"drafted":0}]}', "rejected[0].drafted: got 0"],
      ['{"acceptance":[1],"rejected":[3]}', "line 3: rejected[0]: got 3"],
      ['{"acceptance":[1,1],"limit":1}', "line 3: limit: got 1, expected at least 2"],
      ['{"acceptance":[1],"accepted":[1]}', 'expected no field "accepted"'],
    ] as const
  ) {
    const error = assertThrows(
      () => parseLog(`${good}\n\n${line}\n${good}`, "log"),
      UserError,
      text,
    );
    assertEquals(error.message.includes("\n"), false);
  }
  assertThrows(() => parseLog("\n\n", "log"), UserError, "log: got no text");
});

import { assert, assertEquals } from "@std/assert";
import { messageOf } from "offprint/errors.ts";
import { pythonSandbox } from "offprint/sandbox/mod.ts";

/** One for all: to start Python takes most of the time. Its clock is the wall's, so that the limit is what a busy machine keeps. */
const sandbox = pythonSandbox({ limits: { timeMs: 1000, outputCharacters: 5_000 } });
const why = await sandbox.run({ code: "", calls: [] }).then(
  () => "",
  (error) => ` (${messageOf(error)})`,
);
if (why !== "") await sandbox[Symbol.asyncDispose]();

Deno.test({
  name: `Python runs, misbehaves within limits and reaches nothing outside${why}`,
  ignore: why !== "",
  async fn() {
    await using _ended = sandbox;
    const call = (entry: string, ...args: string[]) => ({ entry, args });
    const { calls } = await sandbox.run({
      code: [
        "def plain(x): return [x, {2: x, 1: 'a'}, (1,), {3, 1}]",
        "def loops():\n  while True: pass",
        "def recurses(n): return recurses(n + 1)",
        "def prints():\n  while True: print('x' * 100)",
        "def throws(): raise ValueError('no')",
        "def opens(): return open('/etc/hostname').read()",
        "def host():\n  import js\n  return js.Deno.readTextFileSync('/etc/hostname')",
        "def runs():\n  import js\n  return js.Deno.Command.new('true').outputSync()",
        "def environment():\n  import js\n  return js.Deno.env.toObject()",
      ].join("\n"),
      calls: [
        call("plain", "7"),
        ...["loops", "recurses", "prints", "throws", "opens", "host", "runs", "environment"]
          .map((entry) => call(entry, ...(entry === "recurses" ? ["1"] : []))),
        call("plain", "8"),
      ],
    });
    assertEquals(calls[0]!.value, "[7, {1: 'a', 2: 7}, (1,), {1, 3}]");
    assertEquals(calls.slice(1, 5).map(({ status }) => status), [
      "time",
      "stack",
      "output",
      "throw",
    ]);
    assertEquals(calls.slice(5, 9).map(({ status }) => status), Array(4).fill("throw"));
    assert(calls[6]!.message!.includes("NotCapable"), calls[6]!.message);
    assertEquals(calls[9]!.value, "[8, {1: 'a', 2: 8}, (1,), {1, 3}]");
    // The next program finds no name of the first, and a broken one says so.
    const next = await sandbox.run({ code: "def g(): return plain(1)", calls: [call("g")] });
    assertEquals(next.calls[0]!.status, "throw");
    assertEquals((await sandbox.run({ code: "def g(:", calls: [] })).status, "syntax");
  },
});

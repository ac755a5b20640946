import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { readResults } from "offprint/verilog/problems/mod.ts";
import { inFolder } from "../verilog/problems/in_folder.ts";
import { bench, good, inverter, skipped } from "../verilog/problems/small_sets.ts";

/** Runs the command and gives status and both outputs. */
async function solveCommand(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = new URL("../../lib/commands/main.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", script, "solve", ...args],
    env: { OPENAI_API_KEY: "secret" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("deno task solve asks a server for a public set and keeps the counts", {
  ignore: skipped,
}, async () => {
  const asked: string[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { messages } = await request.json();
      asked.push(messages[0].content);
      // Right every other time.
      const answer = asked.length % 2 === 0 ? inverter : inverter.replace("~", "");
      return Response.json({
        choices: [{ message: { content: `Sure:\n\`\`\`verilog\n${answer}\`\`\`\n` } }],
      });
    },
  );
  const prompt = "// an inverter\nmodule inv(input a, output y);\n";
  try {
    await inFolder({
      "basic1/prompt1_inv.v": prompt,
      "basic1/prompt2_inv.v": `${prompt}// y is not a\n`,
      "basic1/answer_inv.v": inverter,
      "basic1/tb_inv.v": bench("all tests passed", good),
      "basic2/prompt1_zero.v": "module inv(input a, output y);",
      "basic2/answer_zero.v": inverter.replace("~a", "0"),
      "basic2/tb_zero.v": bench("all tests passed", "a = 0; #1;"),
    }, async (folder) => {
      const file = join(folder, "out.json");
      const { code, out, err } = await solveCommand([
        ...["--endpoint", `http://127.0.0.1:${server.addr.port}/v1`, "--model", "m"],
        ...["--set", folder, "--samples", "2", "--shots", "1", "--out", file],
        ...["--store", join(folder, "chat"), "--concurrency", "1"],
      ]);
      assertEquals(code, 0, err);
      assert(out.includes("m on VGen, 1-shot: 2 problems, 2 answers each"), out);
      assert(out.includes("compiles 100.0 %") && out.includes("pass@1   50.0 %"), out);
      assert(err.includes("3 problems, 2 with a bench that works"), err);
      assert(err.includes("basic2/prompt1: its bench accepts all zeros and all ones"), err);
      const { runs } = await readResults(file);
      assertEquals(runs[0]!.asked[0]!.passed, [1, 1]);
      assert(asked.length === 4 && asked[0]!.includes("module inv(input a, output y);"));
      assert(asked[0]!.match(/Description:/g)!.length === 2 && !asked[0]!.includes("secret"));
    });
  } finally {
    await server.shutdown();
  }
});

Deno.test("deno task solve: wrong arguments are one line", async () => {
  for (
    const [args, words] of [
      [[], "a MODEL or more"],
      [["--baselines", "a"], "a MODEL or more"],
      [["--endpoint", "http://127.0.0.1:1/v1"], "--model NAME"],
      [["--frob"], "options among"],
      [["no-such-model"], "no-such-model"],
    ] as const
  ) {
    const { code, err } = await solveCommand([...args]);
    assertEquals([code, err.split("\n").length], [2, 1], err);
    assert(err.includes(words), err);
  }
  assertEquals((await solveCommand(["--help"])).code, 0);
});

Deno.test("deno task solve: odd answers count as wrong, a stopped run goes on, and is replayed", {
  ignore: skipped,
}, async () => {
  const fenced = (code: string) => ({
    choices: [{ finish_reason: "stop", message: { content: `\`\`\`verilog\n${code}\`\`\`` } }],
  });
  const odd = [
    fenced(inverter),
    { choices: [{ finish_reason: "stop", message: { content: null, refusal: "No." } }] },
    { choices: [{ finish_reason: "length", message: { content: "module inv(" } }] },
    { choices: [] },
  ];
  let calls = 0;
  const bodies: Record<string, unknown>[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      bodies.push(await request.json());
      const { seed } = bodies.at(-1) as { seed?: number };
      calls++;
      return Response.json(odd[(seed ?? 1) - 1]);
    },
  );
  try {
    await inFolder({
      "basic1/prompt1_inv.v": "module inv(input a, output y);",
      "basic1/answer_inv.v": inverter,
      "basic1/tb_inv.v": bench("all tests passed", good),
    }, async (folder) => {
      const [out, answers] = [join(folder, "out.json"), join(folder, "answers.jsonl")];
      const common = [
        ...["--endpoint", `http://127.0.0.1:${server.addr.port}/v1`, "--model", "m"],
        ...["--set", folder, "--samples", "4", "--store", join(folder, "chat"), "--tries", "1"],
        ...["--out", out, "--answers", answers],
      ];
      const stopped = await solveCommand([...common, "--max-calls", "2"]);
      assertEquals(stopped.code, 2);
      assert(stopped.err.includes("at most 2 requests"), stopped.err);
      const { code, out: printed, err } = await solveCommand(common);
      assertEquals([code, calls], [0, 4], err);
      assert(printed.includes("1 problems, 4 answers each"), printed);
      assert(printed.includes("pass@1   25.0 % (one problem: no interval)"), printed);
      for (
        const kind of [
          "1 of 4 answers ended at the limit of 1024 tokens",
          "(refused)",
          "(malformed)",
        ]
      ) {
        assert(err.includes(kind), err);
      }
      const lines = (await Deno.readTextFile(answers)).trim().split("\n").map((line) =>
        JSON.parse(line)
      );
      assertEquals(lines.map(({ passes, cut }) => [passes, cut]), [
        [true, false],
        [false, false],
        [false, true],
        [false, false],
      ]);
      assertEquals(lines[0].rule, "one fenced block");
      assert(lines[1].failure.startsWith("refused"), lines[1].failure);
      assertEquals((await readResults(out)).runs[0]!.asked[0]!.passed, [1]);
      await server.shutdown();
      const replayed = await solveCommand([...common, "--replay"]);
      assertEquals([replayed.code, replayed.out], [0, printed], replayed.err);
      const other = await solveCommand([...common, "--replay", "--temperature", "0.9"]);
      assertEquals(other.code, 2);
      assert(other.err.includes("replay: got no stored answer"), other.err);
    });
  } finally {
    await server.shutdown();
  }
});

Deno.test("deno task solve: what a server refuses can be left out, and wrong options are one line", async () => {
  const start = ["--endpoint", "http://127.0.0.1:1/v1", "--model", "m"];
  for (
    const [args, words] of [
      [["--omit", "seed,top_p"], '--omit: got "top_p"'],
      [["--limit-field", "tokens"], "max_completion_tokens"],
      [["--answer-seconds", "0"], "--answer-seconds"],
      [["--concurrency", "x"], "--concurrency"],
    ] as const
  ) {
    const { code, err } = await solveCommand([...start, ...args]);
    assertEquals([code, err.split("\n").length], [2, 1], err);
    assert(err.includes(words), err);
  }
});

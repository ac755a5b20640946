import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { parseHarnessResults } from "offprint/papers/chipgptv/harness/mod.ts";
import { readUnit } from "offprint/papers/chipgptv/units/mod.ts";
import { says, withServer } from "../chat/server.ts";

async function diagrams(args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = fileURLToPath(new URL("../../lib/commands/main.ts", import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", script, "diagrams", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("deno task diagrams asks, grades, keeps the answers, and replays them", async () => {
  const folder = await Deno.makeTempDir({ prefix: "offprint-test-" });
  try {
    const { reference } = await readUnit("mux");
    await withServer([says(`\`\`\`verilog\n${reference}\n\`\`\``)], async (base, sent) => {
      const args = [
        ...["--endpoint", base, "--model", "m", "--units", "mux", "--samples", "1"],
        ...["--arms", "T,T+graph,V+T", "--out", `${folder}/a.json`, "--store", `${folder}/store`],
      ];
      const first = await diagrams(args);
      assertEquals(first.code, 0, first.err);
      assert(/T\+graph, medium, full: 1 units[^]*pass@1 +100\.0 %/.test(first.out), first.out);
      assertEquals(sent.length, 3);
      // The diagram is drawn for the arm that shows it, and sent as a picture.
      const shown = sent.filter((one) => JSON.stringify(one).includes("data:image/png;base64,"));
      assertEquals(shown.length, 1);
      const file = await Deno.readTextFile(`${folder}/a.json`);
      assertEquals(parseHarnessResults(file, "a.json").answers.map(({ passes }) => passes), [
        ...[true, true, true],
      ]);
      const again = await diagrams([...args, "--replay"]);
      assertEquals([again.out, sent.length], [first.out, 3]);
      assertEquals(await Deno.readTextFile(`${folder}/a.json`), file);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("deno task diagrams: wrong arguments are one line, and an estimate asks nothing", async () => {
  const server = ["--endpoint", "http://127.0.0.1:9/v1", "--model", "m"];
  for (
    const [args, message] of [
      [[], "expected --endpoint URL and --model NAME, or --estimate"],
      [[...server, "--arms", "W"], `--arms: got "W"`],
      [
        [...server, "--units", "mux", "--arms", "V+T", "--pictures", "nowhere"],
        "unit mux: got no picture",
      ],
    ] as const
  ) {
    const { code, err } = await diagrams([...args]);
    assertEquals([code, err.trim().split("\n").length], [2, 1], err);
    assert(err.includes(message), err);
  }
  const { code, out } = await diagrams(["--estimate", "--samples", "1"]);
  assertEquals(code, 0);
  assert(/^33 answers, about \d+ tokens of prompts and at most 99000 of answers$/.test(out.trim()));
});

import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const PROGRAM = `
import { check, display, md, progress, sweep, table } from "offprint/notebook/mod.ts";

const steps = progress("counting", 8);
for (let i = 0; i < 8; i++) steps.tick();
await display(md\`**done**\`);
console.log(table([{ n: 1, root: 1 }, { n: 2, root: Math.SQRT2 }]));
console.log(check("sums", { got: 1 + 1, expected: 2 }));
await display(await sweep({ name: "squares", over: { n: [1, 2] }, run: ({ n }) => ({ square: n * n }) }));
`;

async function run(env: Record<string, string>): Promise<{ out: string; err: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", "--ext=ts", "--lock=deno.lock", "--frozen", "-"],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(PROGRAM));
  await writer.close();
  const { stdout, stderr, success } = await child.output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(success, true, err!);
  return { out: out!, err: err! };
}

Deno.test("in a plain program, results go to stdout as text and progress to stderr in few lines", async () => {
  const { out, err } = await run({ OFFPRINT_QUIET: "" });
  assertEquals(
    out,
    [
      "**done**",
      "n   root",
      "─  ─────",
      "1  1",
      "2  1.414",
      "✓ sums",
      "squares; run in this kernel, one point after the other",
      "n  square",
      "─  ──────",
      "1       1",
      "2       4",
      "",
    ].join("\n"),
  );
  assertEquals(
    err,
    "counting 2/8\ncounting 4/8\ncounting 6/8\ncounting 8/8\nsquares 1/2\nsquares 2/2\n",
  );
});

Deno.test("quiet, only what the program itself logs is printed", async () => {
  const { out, err } = await run({ OFFPRINT_QUIET: "1" });
  assertEquals(out, "n   root\n─  ─────\n1  1\n2  1.414\n✓ sums\n");
  assertEquals(err, "");
});

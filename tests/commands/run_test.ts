import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { source } from "../kit/runner/scratch.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FIXTURES = join(ROOT, "tests", "kit", "fixtures", "runner");

function start(folder: string, args: string[], env: Record<string, string> = {}) {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "-A",
      `--config=${join(ROOT, "deno.json")}`,
      `--lock=${join(ROOT, "deno.lock")}`,
      "--frozen",
      join(FIXTURES, "run_folder.ts"),
      folder,
      ...args,
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function runCommand(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await start(folder, args).output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

async function inTemporaryFolder(use: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "offprint-run-test-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("run writes notebook, site and report, and ends with the counts", async () => {
  await inTemporaryFolder(async (out) => {
    const { code, stdout, stderr } = await runCommand(FIXTURES, "01", "--out", out);
    assertEquals(code, 0, stderr);
    assertMatch(stderr, /✓ 01-sample: 6 cells in \d+\.\d s\n/);
    assertEquals(stdout.trimEnd().split("\n").at(-1), "1 passed, 0 failed");
    for (const file of ["notebooks/01-sample.ipynb", "site/index.html", "site/01-sample.html"]) {
      assert((await Deno.stat(join(out, file))).isFile, file);
    }
    const report = JSON.parse(await Deno.readTextFile(join(out, "report.json")));
    assertEquals(report.papers.map(({ id, ok }: { id: string; ok: boolean }) => [id, ok]), [
      ["01-sample", true],
    ]);
  });
});

Deno.test("run --json prints what report.json holds, and nothing else, on stdout", async () => {
  await inTemporaryFolder(async (out) => {
    const { stdout, stderr } = await runCommand(FIXTURES, "01", "--json", "--out", out);
    assertEquals(stdout, await Deno.readTextFile(join(out, "report.json")));
    assertEquals(stderr.trimEnd().split("\n").at(-1), "1 passed, 0 failed");
  });
});

Deno.test("run tells a failure on stderr, counts it, and exits with 1", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "01-bad.ts"), source(["1", "throw new Error('no');"]));
    await Deno.writeTextFile(join(folder, "02-good.ts"), source(["1"]));
    const { code, stdout, stderr } = await runCommand(folder, "--out", join(folder, "out"));
    assertEquals(code, 1);
    assertStringIncludes(stderr, '✗ 01-bad, cell "cell-2", line 1: it threw Error: no');
    assertEquals(stdout.trimEnd().split("\n").slice(-2), [
      'failed: 01-bad: cell "cell-2": it threw Error: no',
      "1 passed, 1 failed",
    ]);
  });
});

Deno.test("each wrong argument gets one line and exit code 2", async () => {
  const cases: [string[], string][] = [
    [["99"], 'notebook: got "99", expected one of 01-sample. Its two digits are enough.'],
    [["--set", "sede=1"], '--set: got "sede", expected one of profile, seed.'],
    [["--set", "seed=one"], '--set seed: got "one", expected a number.'],
    [["--set", "profile=slow"], '--set profile: got "slow", expected "quick" or "full".'],
    [["--set", "seed"], '--set: got "seed", expected NAME=VALUE.'],
    [["--profile", "fast"], '--profile: got "fast", expected quick or full.'],
    [["--jobs", "0"], '--jobs: got "0", expected a whole number from 1 to 256.'],
    [["--set", "seed=2", "--write"], '--write: got "--set", expected the parameters of the'],
    [["--profile", "full", "--check"], '--check: got "--profile full", expected the parameters'],
    [["--write", "--check"], "--check: got --write as well, expected one of the two"],
    [["--chekc"], "deno task run: got "],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runCommand(FIXTURES, ...args);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test({
  name: "Ctrl-C ends the kernels, leaves no file behind, and exits with 130",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inTemporaryFolder(async (folder) => {
      const temporary = join(folder, "tmp");
      await Deno.mkdir(temporary);
      const endless = (ending: string) =>
        source([`Deno.writeTextFileSync("pid-${ending}", String(Deno.pid));\n${ending}`]);
      await Deno.writeTextFile(join(folder, "01-busy.ts"), endless("while (true);"));
      await Deno.writeTextFile(join(folder, "02-idle.ts"), endless("await new Promise(() => {});"));
      const child = start(folder, ["--jobs", "2", "--out", join(folder, "out")], {
        TMPDIR: temporary,
      });
      const pids: number[] = [];
      while (pids.length < 2) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        pids.length = 0;
        for (const { name } of Deno.readDirSync(folder)) {
          const text = name.startsWith("pid-") ? Deno.readTextFileSync(join(folder, name)) : "";
          if (text !== "") pids.push(Number(text));
        }
      }
      // Twice, as from a terminal under deno task.
      child.kill("SIGINT");
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assertEquals(code, 130);
      assertStringIncludes(new TextDecoder().decode(stderr), "interrupted");
      const listing = new Deno.Command("ps", { args: ["-o", "stat=", "-p", pids.join(",")] });
      const states = new TextDecoder().decode((await listing.output()).stdout);
      assertMatch(states, /^(\s*Z\S*\s*)*$/);
      assertEquals([...Deno.readDirSync(temporary)], []);
    });
  },
});

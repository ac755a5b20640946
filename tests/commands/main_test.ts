import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { main } from "offprint/commands/main.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";

/** The command line as `deno task` starts it. */
async function kit(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...COMMAND_FLAGS, "lib/commands/main.ts", ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** What a command prints and its exit code, in this process: starting one for each takes long. */
async function inProcess(...args: string[]) {
  const { log } = console;
  let stdout = "";
  console.log = (text: string) => void (stdout += `${text}\n`);
  try {
    return { code: await main(args), stdout };
  } finally {
    console.log = log;
  }
}

Deno.test("without a command there is an overview, and every command has its --help", async () => {
  const { code, stdout } = await kit();
  assertEquals(code, 0);
  const { tasks } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  for (const [name, task] of Object.entries<{ description: string; command: string }>(tasks)) {
    assertMatch(stdout, new RegExp(`^  ${name} +\\w`, "m"));
    assertMatch(task.command, new RegExp(`lib/commands/main\\.ts ${name}$`));
    const help = await inProcess(name, "--help");
    assertEquals(help.code, 0);
    assertStringIncludes(help.stdout, `deno task ${name}`);
  }
  const run = await kit("run", "--help");
  assertEquals(run, { ...await inProcess("run", "--help"), stderr: "" });
});

Deno.test("--help of run and sweep lists the parameters of the notebook that is named", async () => {
  const lines = [
    "  seed         a whole number of at least 0; default 1",
    '  profile      "quick" or "full"; default quick',
  ];
  for (const name of ["run", "sweep"]) {
    const { code, stdout } = await inProcess(name, "02", "--help");
    assertEquals(code, 0);
    for (const line of lines) assertStringIncludes(stdout, `\n${line}\n`);
  }
  const plain = await inProcess("run", "--help", "--jobs", "2");
  assertEquals(plain.stdout.includes("Parameters of"), false);
});

const MISTAKES: [args: string[], line: RegExp][] = [
  [["dance"], /^dance: no such command\. Known: run, /],
  [["test", ""], /^deno task test: got "", expected files or folders/],
  [["test", "nowhere"], /^deno task test: got "nowhere", expected files or folders/],
  [
    ["test", "--only", "lunch"],
    /^--only: got "lunch", expected one of check, unit, notebooks, processors, faults/,
  ],
  [["test", "--only", "check", "tests"], /^--only check: got "tests", expected no paths/],
  [["bench", "chess"], /^deno task bench: got "chess", expected one of /],
  [["run", "--fast"], /^deno task run: got unknown option '--fast', expected options among --set/],
  [["run", "--jobs", "0"], /^--jobs: got "0", expected a whole number from 1/],
];

for (const [args, line] of MISTAKES) {
  Deno.test(`deno task ${args.join(" ")} is one line and exit code 2`, async () => {
    const { code, stdout, stderr } = await kit(...args);
    assertEquals([code, stdout, stderr.trimEnd().split("\n").length], [2, "", 1]);
    assertMatch(stderr, line);
  });
}

Deno.test("a wrong variable of the environment is one line", async () => {
  for (const [name, value] of [["KERNELS", "nonsense"], ["THREADS", "many"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", ...COMMAND_FLAGS, "lib/commands/main.ts", "bench", "kernels"],
      cwd: ROOT,
      env: { NO_COLOR: "1", [`OFFPRINT_${name}`]: value! },
      stdin: "null",
    }).output();
    const text = new TextDecoder().decode(stderr).trimEnd();
    assertEquals([code, text.split("\n").length], [2, 1], text);
    assertStringIncludes(text, `OFFPRINT_${name}`);
    assertStringIncludes(text, "expected");
  }
});

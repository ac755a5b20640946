/** Poor surroundings: each ends in one line or does its work, without a stack, and touches no committed file. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "offprint/kit/project.ts";
import { figure, sampled, say } from "./trial.ts";

/** Surroundings as shell commands that change them; `FOLDER` stands for the trial's folder. */
const SURROUNDINGS: Record<string, string> = {
  "no folder for temporary files": "export TMPDIR=/no/such/folder",
  "a file as the folder of temporary files": "export TMPDIR=/etc/passwd",
  "24 open files": "ulimit -n 24",
  "64 open files": "ulimit -n 64",
  "files of at most 512 bytes": "ulimit -f 1; trap '' XFSZ",
  "no files": "ulimit -f 0; trap '' XFSZ",
  "a full standard output": "exec >/dev/full",
  "a full standard error": "exec 2>/dev/full",
  "a closed standard output": "exec >&-",
  "a closed standard error": "exec 2>&-",
  "a closed standard input": "exec <&-",
  "no home": "unset HOME",
  "no programs": "export PATH=/no/such/folder",
  "no colours, no language": "export LC_ALL=C LANG=C TERM=dumb",
  "another language": "export LC_ALL=tr_TR.UTF-8 TZ=Asia/Kathmandu",
  "a narrow terminal": "export COLUMNS=1",
  "unknown kernels": "export OFFPRINT_KERNELS=nonsense",
  "threads that are no number": "export OFFPRINT_THREADS=many",
  "no threads": "export OFFPRINT_THREADS=0",
  "noise that is no number": "export OFFPRINT_TEST_NOISE=loud",
  "no compiler": "export OFFPRINT_CC=",
  "a compiler that fails": "export OFFPRINT_CC=false",
  "a key with a line break": "export OPENAI_API_KEY='a\nb'",
  "a hub that is none": "export HF_ENDPOINT=nonsense",
  "a proxy that is none": "export HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1",
};

/** Commands that are cheap and read, write, start programs or load models. */
const COMMANDS: string[][] = [
  ["augment", "--generate", "3", "--flows", "completion,prose", "--out", "FOLDER/a.jsonl"],
  ["what-if", "FOLDER/log.jsonl", "--draft-ms", "23", "--target-ms", "107", "--replays", "2"],
  ["run", "00", "--out", "FOLDER/out"],
  [
    ...["entangle", "sotu-draft", "--pairs", "FOLDER/pairs.jsonl", "--out", "FOLDER/report"],
    ...["--limit", "1"],
  ],
  ["sync", "--dry", "00"],
];

Deno.test({
  name: "poor surroundings: one line or the work done, no stack, no committed file touched",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const all = Object.entries(SURROUNDINGS).flatMap(([name, under]) =>
      COMMANDS.map((args) => ({ name, under, args }))
    );
    const chosen = sampled(all, 10, "surroundings");
    const before = await committed();
    const failures: string[] = [];
    let done = 0;
    for (const { name, under, args } of chosen) {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeTextFile(
          join(folder, "log.jsonl"),
          '{"acceptance": [1, 0.82, 0, 1]}\n',
        );
        await Deno.writeTextFile(
          join(folder, "pairs.jsonl"),
          '{"prompt":"We will","chosen":" go.","rejected":" stay."}\n',
        );
        const given = args.map((arg) => arg.replace("FOLDER", folder));
        const { code, out, err } = await say(given, { under });
        const what = `${args[0]} with ${name}`;
        if (code === 0) done++;
        if (/\n\s+at |Uncaught|panicked|fault of this program/.test(err + out)) {
          failures.push(`${what}: ${err.slice(0, 400)}`);
        } else if (![0, 1, 2].includes(code)) {
          failures.push(`${what}: exit code ${code}: ${err.slice(0, 300)}`);
        } else if (code === 2 && !/closed|full/.test(name) && !/expected/.test(err)) {
          failures.push(`${what}: no word of what was expected: ${err.slice(0, 300)}`);
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    }
    assertEquals(failures, []);
    assert(await committed() === before, "a committed file was changed");
    assert(done > 0, "no command did its work");
    figure(
      `surroundings: ${chosen.length} of ${all.length}, ${done} did their work, the others said why not; ` +
        "0 stacks, committed files untouched",
    );
  },
});

/** Names, sizes and times of the files that commands might write to. */
async function committed(): Promise<string> {
  const lines: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = join(folder, name);
      if (isDirectory) await visit(path);
      else {
        const { size, mtime } = await Deno.stat(path);
        lines.push(`${path} ${size} ${mtime?.getTime()}`);
      }
    }
  };
  for (const folder of ["notebooks", "data"]) await visit(join(ROOT, folder));
  return lines.sort().join("\n");
}

/** Wrong arguments of every command: one line each that says what was expected, before any work. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { COMMANDS } from "offprint/commands/main.ts";
import { assertOneLine, figure, sampled, say } from "./trial.ts";

/** What a command needs beside the option that is tried, so that nothing else is wrong; {} is the trial's folder. */
const NEEDED: Record<string, string[]> = {
  train: ["tiny", "--to", "{}/model"],
  download: ["a/b", "--endpoint", "http://127.0.0.1:1"],
  augment: ["--generate", "1", "--out", "{}/a.jsonl"],
  solve: ["--endpoint", "http://127.0.0.1:1", "--model", "m", "--tries", "1"],
  "what-if": ["{}/log.jsonl", "--draft-ms", "23", "--target-ms", "107"],
  sweep: ["10", "--experiment", "thresholdGain", "--grid", "ratio=1"],
  entangle: ["tiny", "--pairs", "{}/pairs.jsonl"],
};

/** Values that no option takes that is described by such a word. */
const WRONG: Record<string, string[]> = {
  N: ["", "x", "-1", "1.5", "NaN", "Infinity", "1e99", "0x"],
  X: ["", "x", "-1", "NaN", "Infinity"],
  MS: ["", "x", "-1", "NaN", "Infinity", "0"],
  FOLDER: ["", "README.md", "/dev/null/a"],
  FILE: ["", "lib", "/dev/null/a"],
  DIR: ["", "README.md"],
  STAGE: ["", "x"],
  NAMES: ["", "x"],
  NAME: ["", "no such name"],
  MODEL: ["", "no such model"],
  LIST: ["", "x"],
  HOW: ["", "x"],
  P: ["", "x"],
  "0|1": ["", "2", "x"],
  FIELDS: ["x"],
  "NAME=VALUE": ["", "x", "=1", "no such name=1"],
  URL: ["", "x", "ftp://127.0.0.1"],
  "OWNER/NAME": ["", "x"],
};

/** Options of a command by its help: name, and the word for its value. */
function optionsOf(usage: string): [name: string, value: string | undefined][] {
  return [...usage.matchAll(/^ {2}--([a-z-]+) {1}?([A-Z][A-Z=/|]*|0\|1)?(?= |$)/gm)]
    .filter(([, name]) => name !== "help")
    .map(([, name, value]) => [name!, value]);
}

async function trials(): Promise<string[][]> {
  const all: string[][] = [];
  for (const [name, load] of Object.entries(COMMANDS)) {
    const { usage } = (await load()).command;
    const needed = NEEDED[name] ?? [];
    all.push([name, "--no-such-option", ...needed], [name, ...needed, "--no-such-option=1"]);
    for (const [option, value] of optionsOf(typeof usage === "string" ? usage : await usage())) {
      const at = needed.indexOf(`--${option}`);
      const others = at === -1 ? needed : needed.toSpliced(at, 2);
      if (value === undefined) {
        all.push([name, ...others, `--${option}=1`]);
        continue;
      }
      all.push([name, ...others, `--${option}`]);
      for (const wrong of WRONG[value] ?? []) all.push([name, ...others, `--${option}=${wrong}`]);
    }
  }
  return all;
}

Deno.test("wrong arguments of every command are one line each", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(folder, "log.jsonl"), '{"b":[0.5,0.5],"q":[0.5]}\n');
    await Deno.writeTextFile(
      join(folder, "pairs.jsonl"),
      '{"prompt":"a","chosen":"b","rejected":"c"}\n',
    );
    const all = (await trials()).map((args) => args.map((arg) => arg.replace("{}", folder)));
    assert(all.length >= 200, `${all.length} trials`);
    const chosen = sampled(all, 24, "arguments");
    const failures: string[] = [];
    for (const args of chosen) {
      const said = await say(args);
      try {
        assertOneLine(said, args.join(" "));
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    assertEquals(failures, []);
    figure(`wrong arguments: ${chosen.length} of ${all.length}, each told in one line`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** `deno task tree`: what it prints for the committed trio, and what it refuses. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { command } from "offprint/commands/tree.ts";
import { UserError } from "offprint/errors.ts";

const root = await Deno.makeTempDir();
const prompts = `${root}/prompts.txt`;
await Deno.writeTextFile(
  prompts,
  'The people of this country\n\n{"prompt": "Our commerce with"}\n',
);
const TRIO = ["sotu-draft", "--dpo", "era-dpo", "--reward", "era-reward"];
const SMALL = ["--n", "4", "--tokens", "12", "--samples", "12", "--layers", "3", "--children", "2"];

async function printed(args: string[]): Promise<string> {
  const lines: string[] = [];
  const { log } = console;
  console.log = (line: string) => lines.push(line);
  try {
    assertEquals(await command.run(args), 0);
  } finally {
    console.log = log;
  }
  return lines.join("\n");
}

Deno.test("every score has its correlations and a predicted win rate with an interval", async () => {
  const text = await printed([...TRIO, "--prompts", prompts, ...SMALL]);
  for (const score of ["weighted", "sum", "mean", "logp-mean", "rm"]) {
    assert(new RegExp(`^${score} .*\\d+ % \\(\\d+ % to \\d+ %\\): `, "m").test(text), score);
  }
  const { scores } = JSON.parse(await printed([...TRIO, "--prompts", prompts, ...SMALL, "--json"]));
  assertEquals(scores.length, 5);
  for (const { boundaries, prediction } of scores) {
    assertEquals(boundaries.length, 2);
    assert(prediction.low <= prediction.mean && prediction.mean <= prediction.high);
  }
});

Deno.test("what does not fit is one clear line", async () => {
  const refused = (args: string[], line: string) =>
    assertRejects(() => command.run(args), UserError, line);
  await refused(
    ["sotu-draft"],
    "expected one model, --dpo MODEL, --reward MODEL and --prompts FILE",
  );
  await refused(
    [...TRIO, "--prompts", `${root}/none.txt`],
    "expected a file with one prompt a line",
  );
  await refused(
    [...TRIO, "--prompts", prompts, "--n", "6"],
    "n: got 6, expected a multiple of children",
  );
  await refused([...TRIO, "--prompts", prompts, "--layers", "1"], "--layers");
  await refused(
    [...TRIO, "--prompts", prompts, "--layers", "9", "--tokens", "8"],
    "layers: got 9, expected at most maxTokens",
  );
  await refused(
    [...TRIO, "--prompts", prompts, "--tokens", "254"],
    "line 1: got a prompt of",
  );
  await refused(
    ["sotu-target", ...TRIO.slice(1), "--prompts", prompts],
    'a policy that was tuned from "sotu-draft", while "sotu-target" writes',
  );
  await refused(
    ["sotu-draft", "--dpo", "verilog-raw", "--reward", "era-reward", "--prompts", prompts],
    'vocabularies of "sotu-draft" and "verilog-raw"',
  );
  await refused(
    ["sotu-draft", "--dpo", "era-dpo", "--reward", "sotu-draft", "--prompts", prompts],
    "expected the record of a reward model",
  );
});

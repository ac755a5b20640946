/** Damaged inputs: each ends in one line or does no harm; no stack, whatever the damage. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "offprint/kit/project.ts";
import { inverter } from "../verilog/problems/small_sets.ts";
import { figure, sampled, say } from "./trial.ts";

const text = (content: string) => new TextEncoder().encode(content);
const LINES = '{"acceptance":[1,0.82,0,1],"confidence":[0.9,0.5,0.2,0.7]}\n'.repeat(3);
const PAIRS = '{"prompt":"We will","chosen":" go.","rejected":" stay."}\n';
const MODEL = join(ROOT, "data", "models", "sotu-draft");

/** What a file is turned into. */
const DAMAGES: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  "nothing in it": () => new Uint8Array(),
  "the first half": (bytes) => bytes.subarray(0, bytes.length >> 1),
  "one end too few": (bytes) => bytes.subarray(0, -2),
  "not UTF-8": (bytes) =>
    Uint8Array.of(...bytes.subarray(0, 9), 255, 254, 128, ...bytes.subarray(9, 1000)),
  "zeros": (bytes) => new Uint8Array(Math.min(bytes.length, 5000)),
  "a changed byte": (bytes) =>
    bytes.map((byte, at) => at === bytes.length >> 1 ? byte ^ 0x15 : byte),
  "null": () => text("null\n"),
  "a list": () => text("[]\n"),
  "an object": () => text("{}\n"),
  "a number": () => text("1e999\n"),
  "depth": () => text(`${"[".repeat(2000)}\n`),
  "twice": (bytes) => Uint8Array.of(...bytes.subarray(0, 2000), ...bytes.subarray(0, 2000)),
  "codes for a terminal": () => text('{"\u001b[2J\u202e": 1}\n'),
};

/** A file that a command reads, and how. */
interface Subject {
  name: string;
  /** The file, below the trial's folder. */
  file: string;
  whole: Uint8Array;
  args(folder: string): string[];
  /** Whether the exit code 1 is the command's opinion of what it read. */
  judges?: boolean;
  /** Makes what else is needed. */
  prepare?(folder: string): Promise<void>;
}

const entangle = (folder: string, model: string) => [
  ...["entangle", model, "--pairs", join(folder, "pairs.jsonl"), "--limit", "1"],
  ...["--out", join(folder, "report")],
];

async function subjects(): Promise<Subject[]> {
  const parts: Subject[] = [];
  for await (const { name } of Deno.readDir(MODEL)) {
    if (!/json$|safetensors$/.test(name) || name === "recipe.json") continue;
    parts.push({
      name: `a model's ${name}`,
      file: `model/${name}`,
      whole: await Deno.readFile(join(MODEL, name)),
      args: (folder) => entangle(folder, join(folder, "model")),
      async prepare(folder) {
        await Deno.mkdir(join(folder, "model"));
        for await (const { name } of Deno.readDir(MODEL)) {
          await Deno.copyFile(join(MODEL, name), join(folder, "model", name));
        }
      },
    });
  }
  return [
    {
      name: "a log",
      file: "log.jsonl",
      whole: text(LINES),
      args: (folder) => [
        ...["what-if", join(folder, "log.jsonl"), "--draft-ms", "23", "--target-ms", "107"],
        ...["--replays", "2"],
      ],
    },
    {
      name: "pairs",
      file: "pairs.jsonl",
      whole: text(PAIRS),
      args: (folder) => entangle(folder, "sotu-draft"),
    },
    {
      name: "Verilog",
      file: "source/inv.v",
      whole: text(inverter),
      args: (folder) => [
        ...["augment", join(folder, "source"), "--out", join(folder, "a.jsonl")],
        ...["--flows", "completion,prose"],
      ],
    },
    {
      name: "a program",
      judges: true,
      file: "program.ts",
      whole: text("export function twice(x: number): number {\n  return 2 * x;\n}\n"),
      args: (folder) => ["evaluate", join(folder, "program.ts")],
    },
    {
      name: "a problem set",
      file: "VerilogEval_Human.jsonl",
      whole: text(
        '{"task_id":"inv","prompt":"module inv(input a, output y);","canonical_solution":"assign y = ~a; endmodule","test":""}\n',
      ),
      args: (folder) => [
        ...["solve", "--endpoint", "http://127.0.0.1:1", "--model", "m", "--tries", "1"],
        ...["--set", join(folder, "VerilogEval_Human.jsonl"), "--store", join(folder, "store")],
      ],
    },
    ...parts.sort((a, b) => a.name < b.name ? -1 : 1),
  ];
}

Deno.test("damaged files are one line, or do no harm", async () => {
  const all = (await subjects()).flatMap((subject) =>
    Object.entries(DAMAGES).map(([damage, change]) => ({ subject, damage, change }))
  );
  const failures: string[] = [];
  const chosen = sampled(all, 8, "damaged files");
  let refused = 0;
  for (const { subject, damage, change } of chosen) {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(folder, "pairs.jsonl"), PAIRS);
      await subject.prepare?.(folder);
      const path = join(folder, subject.file);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeFile(path, change(subject.whole));
      const { code, out, err } = await say(subject.args(folder));
      const what = `${subject.name}, ${damage}`;
      const lines = err.trimEnd().split("\n");
      if (code === 2) refused++;
      const ended = code === 0 || code === 2 || code === 1 && subject.judges === true;
      if (!ended) failures.push(`${what}: exit code ${code}: ${err.slice(-300)}`);
      if (/\n\s+at |Uncaught|panicked|fault of this program/.test(err + out)) {
        failures.push(`${what}: a stack: ${err.slice(0, 400)}`);
      }
      if (code === 2 && (lines.length !== 1 || !/expected/.test(err))) {
        failures.push(`${what}: ${err.slice(0, 400)}`);
      }
      // deno-lint-ignore no-control-regex -- these are what is looked for
      if (/[\u0000-\u0008\u000b-\u001f\u202e]/.test(err)) failures.push(`${what}: control codes`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  assertEquals(failures, []);
  assert(refused > 0, "none was refused");
  figure(
    `damaged files: ${chosen.length} of ${all.length}, ${refused} told in one line, the others did no harm`,
  );
});

/**
 * Records the first minute with the product, as README shows it: runs the commands below in a clone of this checkout,
 * and writes `docs/first-minute.cast` (asciinema's text format, version 2) and the stills in README.
 *
 *     deno run -A docs/record.ts
 *
 * What is printed and when is the commands' own; only the typing is made up.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CAST = join(ROOT, "docs", "first-minute.cast");
const README = join(ROOT, "README.md");
const [OPENING, CLOSING] = ["<!-- first minute -->", "<!-- end of first minute -->"];
const [COLUMNS, ROWS] = [100, 30];

/** What is typed, and which printed lines the still in README keeps: so many from the top and from the end. */
const STEPS = [
  {
    say: "Rerun one paper: its notebook runs, and every claim gets a verdict.",
    args: ["task", "--quiet", "run", "02"],
    head: 12,
    tail: 3,
  },
  {
    say: "Vary two numbers of another paper.",
    args: [
      ...["task", "--quiet", "sweep", "10", "--experiment", "thresholdGain"],
      ...["--grid", "spread=0:0.4:0.2", "ratio=2,4.5,10"],
    ],
    head: 20,
    tail: 0,
  },
  {
    say: "Look a function up.",
    args: ["doc", "--filter", "speculateTexts", "lib/decoding/decoders/speculate_texts.ts"],
    head: 30,
    tail: 0,
  },
];

type Event = [seconds: number, kind: "o", text: string];

/** Runs the command and gives what it printed, with the seconds after its start. */
async function record(args: string[], cwd: string): Promise<Event[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1", COLUMNS: String(COLUMNS) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const start = performance.now();
  const events: Event[] = [];
  const listen = async (stream: ReadableStream<Uint8Array>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      events.push([(performance.now() - start) / 1000, "o", text]);
    }
  };
  await Promise.all([listen(child.stdout), listen(child.stderr)]);
  const { code } = await child.status;
  if (code !== 0) {
    console.error(events.map(([, , text]) => text).join(""));
    throw new Error(`deno ${args.join(" ")} ended with ${code}`);
  }
  return events;
}

/** The command as one types it. */
const typed = (args: string[]): string =>
  ["deno", ...args.filter((arg) => arg !== "--quiet")].map((arg) =>
    /[^\w./:=,-]/.test(arg) ? `'${arg}'` : arg
  ).join(" ");

/** The lines that the still keeps; `…` stands for the others. */
function still(text: string, head: number, tail: number): string {
  const lines = text.trimEnd().split("\n").map((line) => line.trimEnd());
  if (lines.length <= head + tail + 1) return lines.join("\n");
  return [...lines.slice(0, head), "…", ...(tail === 0 ? [] : lines.slice(-tail))].join("\n");
}

const clone = await Deno.makeTempDir();
const events: Event[] = [];
const stills: string[] = [];
try {
  const git = await new Deno.Command("git", { args: ["clone", "-q", ROOT, clone] }).output();
  if (!git.success) throw new Error(new TextDecoder().decode(git.stderr));
  let now = 0.5;
  const put = (text: string, after: number) => events.push([now += after, "o", text]);
  for (const { say, args, head, tail } of STEPS) {
    const command = typed(args);
    put(`# ${say}\r\n$ `, 0.5);
    for (const letter of command) put(letter, 0.04);
    put("\r\n", 0.4);
    const printed = await record(args, clone);
    const start = now;
    for (const [seconds, , text] of printed) {
      now = start + seconds;
      put(text.replaceAll(/\r?\n/g, "\r\n"), 0);
    }
    put("\r\n", 2);
    const seconds = Math.round(printed.at(-1)?.[0] ?? 0);
    const text = printed.map(([, , text]) => text).join("").replaceAll(clone, ".");
    stills.push(
      `${say} (${
        seconds < 1 ? "under a second" : `${seconds} s`
      })\n\n\`\`\`console\n$ ${command}\n${still(text, head, tail)}\n\`\`\`\n`,
    );
  }
} finally {
  await Deno.remove(clone, { recursive: true });
}

const header = {
  version: 2,
  width: COLUMNS,
  height: ROWS,
  idle_time_limit: 1,
  title: "Offprint: the first minute",
  env: { TERM: "xterm", SHELL: "/bin/sh" },
};
await Deno.writeTextFile(
  CAST,
  [
    header,
    ...events.map(([t, kind, text]) => [Number(t.toFixed(3)), kind, text.replaceAll(clone, ".")]),
  ].map((line) => JSON.stringify(line)).join("\n") + "\n",
);
const readme = await Deno.readTextFile(README);
const [before, rest] = readme.split(OPENING);
const after = rest?.split(CLOSING)[1];
if (before === undefined || after === undefined) {
  throw new Error(`README.md: expected the lines ${OPENING} and ${CLOSING}`);
}
await Deno.writeTextFile(
  README,
  `${before}${OPENING}\n\n${stills.join("\n")}\n${CLOSING}${after}`,
);
console.log(`wrote ${CAST} and the stills in README.md`);

/** Commands killed at any moment: no half file under a final name, no process left, and the next run ends as if nothing had been. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Random, stream } from "offprint/random.ts";
import { descendants, untilGone } from "../process/processes.ts";
import { figure, FULL, say, startCommand } from "./trial.ts";

/** A command that can be killed and run again. */
interface Subject {
  name: string;
  /** Its arguments when it works in a folder. */
  args(folder: string): string[];
  /** Files that are what they are when it has ended; they must be whole whenever they are there. */
  outputs: Record<string, (text: string) => void>;
}

const json = (text: string): void => void JSON.parse(text);
const jsonLines = (text: string): void => {
  assert(text.endsWith("\n"), "a line without its end");
  text.trimEnd().split("\n").forEach(json);
};

const SUBJECTS: readonly Subject[] = [
  {
    name: "augment, text",
    args: (folder) => [
      ...["augment", "--generate", "40", "--flows", "completion,prose"],
      ...["--out", join(folder, "a.jsonl")],
    ],
    outputs: { "a.jsonl": jsonLines, "a.jsonl.manifest.json": json },
  },
  {
    name: "augment, repairs",
    args: (folder) => [
      ...["augment", "--generate", "3", "--flows", "repair", "--mutants", "2"],
      ...["--out", join(folder, "a.jsonl")],
    ],
    outputs: { "a.jsonl": jsonLines, "a.jsonl.manifest.json": json },
  },
  {
    name: "run",
    args: (folder) => ["run", "00", "--out", join(folder, "out")],
    outputs: {
      "out/notebooks/00-start-here.ipynb": json,
      "out/site/00-start-here.html": (text) => assert(text.trimEnd().endsWith("</html>")),
      "out/site/index.html": (text) => assert(text.trimEnd().endsWith("</html>")),
    },
  },
];

/** Kills of each command, in rounds: after so many in a row it is left alone to its end. */
const KILLS = FULL ? 68 : 2, IN_A_ROW = 6, ROUNDS = FULL ? 40 : 1;

/** What the outputs hold; nothing where there is none. Each must be whole. */
async function contents(folder: string, { outputs }: Subject): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [name, check] of Object.entries(outputs)) {
    const text = await Deno.readTextFile(join(folder, name)).catch(() => undefined);
    if (text === undefined) continue;
    check(text);
    found.set(name, text);
  }
  return found;
}

/** Runs a command to its end in a folder of its own. */
async function untouched(subject: Subject): Promise<{ ms: number; right: Map<string, string> }> {
  const folder = await Deno.makeTempDir();
  try {
    const before = performance.now();
    const { code, err } = await say(subject.args(folder));
    assertEquals(code, 0, err);
    const right = await contents(folder, subject);
    assertEquals([...right.keys()], Object.keys(subject.outputs));
    return { ms: performance.now() - before, right };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** One run that is killed some times and then left alone; gives the number of kills. */
async function trial(
  subject: Subject,
  { ms, right }: Awaited<ReturnType<typeof untouched>>,
  kills: number,
  random: Random,
): Promise<number> {
  const folder = await Deno.makeTempDir();
  let killed = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = startCommand(subject.args(folder));
      const output = child.output();
      const moment = 50 + random.uniform() * ms;
      const ended = await Promise.race([
        output,
        new Promise<undefined>((resolve) => setTimeout(resolve, moment)),
      ]);
      if (ended !== undefined) break; // It was faster this time.
      const started = descendants(child.pid);
      child.kill("SIGKILL");
      await output;
      killed++;
      assertEquals(await untilGone(started), [], `${subject.name} after ${moment} ms`);
      await contents(folder, subject);
    }
    const { code, err } = await say(subject.args(folder));
    assertEquals(code, 0, err);
    assertEquals(await contents(folder, subject), right, `${subject.name}: another result`);
    // Nor do its own temporary files stay.
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(names.filter((name) => /\.tmp|\.partial|\.progress/.test(name)), []);
    return killed;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a command that is killed leaves no half file and no process, and the next run ends alike",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const random = stream(1, "faults", "kills");
    let kills = 0;
    for (const subject of SUBJECTS) {
      const alone = await untouched(subject);
      let ofSubject = 0;
      // Some runs are over before their moment comes.
      for (let round = 0; round < ROUNDS && ofSubject < KILLS; round++) {
        ofSubject += await trial(subject, alone, Math.min(IN_A_ROW, KILLS), random);
      }
      kills += ofSubject;
      figure(`kills of ${subject.name}: ${ofSubject}`);
    }
    assert(kills >= (FULL ? 200 : 3), `${kills} kills`);
    figure(`kills: ${kills}, 0 torn files, 0 processes left, the next run identical`);
  },
});

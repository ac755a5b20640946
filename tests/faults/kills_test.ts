/** Commands killed at any moment: no half file under a final name, no process left, and the next run ends as if nothing had been. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Random, stream } from "offprint/random.ts";
import { descendants, untilGone } from "../process/processes.ts";
import { editAndSave, SAMPLE_PATH, sampleProject, wholeSource } from "./sample_project.ts";
import { answeringServer } from "./answering_server.ts";
import { MASTER, NAME, RIGHT_1, submission } from "../kit/classroom/sample.ts";
import { figure, FULL, sampled, say, startCommand } from "./trial.ts";

/** A command that can be killed and run again. */
interface Subject {
  name: string;
  /** Its arguments when it works in a folder; `address` is the server's of a subject that asks one. */
  args(folder: string, address: string): string[];
  /** A server answers it. */
  asks?: true;
  /** Files that are what they are when it has ended; they must be whole whenever they are there. */
  outputs: Record<string, (text: string) => void>;
  /** How many kills in the full form, of a command that takes long. */
  kills?: number;
  /** What a folder holds before the first run. */
  prepare?(folder: string): Promise<void>;
  /** Whether the command runs in that folder, which is a project of its own. */
  ownProject?: true;
  /** What it is given to do while it runs, when it does not end by itself; then it is ended by Ctrl-C. */
  work?(address: string): Promise<void>;
  env?(folder: string): Record<string, string>;
}

const PUPILS = ["ann", "bea", "cem"];

/** An assignment, and what pupils handed in. */
async function handedIn(folder: string): Promise<void> {
  const [master, out] = [join(folder, `${NAME}.ts`), join(folder, "class")];
  await Deno.writeTextFile(master, MASTER);
  const { code, err } = await say(["assign", master, "--out", out]);
  assertEquals(code, 0, err);
  const notebook = JSON.stringify(await submission(out, { "exercise-1": RIGHT_1 }));
  for (const name of PUPILS) {
    await Deno.writeTextFile(join(out, "submitted", `${name}.ipynb`), notebook);
  }
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
  {
    name: "sweep",
    args: (folder) => [
      ...["sweep", "10", "--experiment", "thresholdGain"],
      ...["--grid", "spread=0:0.4:0.1", "ratio=2,4.5,10", "--csv", join(folder, "gain.csv")],
    ],
    env: (folder) => ({ OFFPRINT_SWEEPS: join(folder, "sweeps") }),
    outputs: { "gain.csv": (text) => assertEquals(text.trimEnd().split("\n").length, 16, text) },
  },
  {
    name: "sync",
    ownProject: true,
    prepare: async (folder) => {
      await sampleProject(folder);
      const source = join(folder, `${SAMPLE_PATH}.ts`);
      const edited = (await Deno.readTextFile(source)).replace("10 * seed", "20 * seed");
      await Deno.writeTextFile(source, edited);
    },
    args: () => ["sync", "02"],
    outputs: { [`${SAMPLE_PATH}.ipynb`]: json, [`${SAMPLE_PATH}.ts`]: wholeSource },
  },
  {
    name: "read",
    ownProject: true,
    prepare: sampleProject,
    args: () => ["read", "02", "--port", "0", "--edit"],
    work: editAndSave,
    kills: 16,
    outputs: { [`${SAMPLE_PATH}.ipynb`]: json, [`${SAMPLE_PATH}.ts`]: wholeSource },
  },
  {
    name: "grade",
    prepare: handedIn,
    args: (folder) => ["grade", join(folder, "class", "submitted")],
    kills: 16,
    outputs: {
      "class/graded/gradebook.csv": (text) =>
        assertEquals(text.split("\n").length, PUPILS.length + 2, text),
      "class/graded/feedback/ann.html": (text) => assert(text.trimEnd().endsWith("</html>")),
    },
  },
  {
    name: "solve",
    asks: true,
    args: (folder, address) => [
      ...["solve", "--endpoint", address, "--model", "m", "--problems", "12", "--samples", "2"],
      ...["--store", join(folder, "chat"), "--out", join(folder, "counts.json")],
    ],
    kills: 16,
    outputs: { "counts.json": json },
  },
  {
    name: "train",
    args: (folder) => [
      ...["train", "tiny", "--out", join(folder, "work"), "--to", join(folder, "model")],
    ],
    kills: 12,
    outputs: {
      "model/config.json": json,
      "model/tokenizer.json": json,
      "model/model.safetensors": (text) => assert(text.length > 1000),
    },
  },
];

/** Kills of each command, in rounds: after so many in a row it is left alone to its end. */
const KILLS = FULL ? 34 : 2, IN_A_ROW = 6, ROUNDS = FULL ? 40 : 2;

/** Requests that `solve` has under way at once, where it is not told otherwise. */
const ON_THEIR_WAY = 4;

/** A subject, and where its server is. */
interface Served extends Subject {
  address?: string;
}

type Contents = Map<string, Uint8Array>;

/** What the outputs hold; nothing where there is none. Each must be whole. */
async function contents(folder: string, { outputs }: Subject): Promise<Contents> {
  const found: Contents = new Map();
  for (const [name, check] of Object.entries(outputs)) {
    const bytes = await Deno.readFile(join(folder, name)).catch(() => undefined);
    if (bytes === undefined) continue;
    check(new TextDecoder().decode(bytes));
    found.set(name, bytes);
  }
  return found;
}

/** How a command is started in a folder. */
function start(
  { args, env, ownProject, address = "" }: Served,
  folder: string,
): Deno.ChildProcess {
  return startCommand(args(folder, address), {
    ...(env && { env: env(folder) }),
    ...(ownProject && { cwd: folder }),
  });
}

/** A folder in which a command can work. */
async function newFolder({ prepare }: Subject): Promise<string> {
  const folder = await Deno.makeTempDir();
  await prepare?.(folder);
  return folder;
}

/** The first line that a command prints. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) {
    text += decoder.decode(piece, { stream: true });
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}

/** Lets a command do its work, and gives its exit code; one that serves gets its work, and Ctrl-C when that is done. */
async function toItsEnd(subject: Subject, child: Deno.ChildProcess): Promise<number> {
  if (subject.work === undefined) {
    const { code, signal, stderr } = await child.output();
    if (code !== 0 && signal !== "SIGKILL") console.error(new TextDecoder().decode(stderr));
    return code;
  }
  const errors = child.stderr.cancel();
  try {
    await subject.work(await firstLine(child.stdout));
    child.kill("SIGINT");
  } catch (error) {
    // It was killed while it worked; anything else is told.
    if ((await child.status).signal !== "SIGKILL") throw error;
  }
  await errors;
  const { code } = await child.status;
  return code === 130 ? 0 : code;
}

/** Runs a command to its end in a folder of its own. */
async function untouched(subject: Served): Promise<{ ms: number; right: Contents }> {
  const folder = await newFolder(subject);
  try {
    const before = performance.now();
    assertEquals(await toItsEnd(subject, start(subject, folder)), 0, subject.name);
    const right = await contents(folder, subject);
    assertEquals([...right.keys()], Object.keys(subject.outputs));
    return { ms: performance.now() - before, right };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Kills a process; false where it has ended by itself. */
function killedNow(child: { kill(signal: Deno.Signal): void }): boolean {
  try {
    child.kill("SIGKILL");
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** One run that is killed some times and then left alone; gives the number of kills. Keeps how long a run takes up to date. */
async function trial(
  subject: Served,
  alone: Awaited<ReturnType<typeof untouched>>,
  kills: number,
  random: Random,
): Promise<number> {
  const folder = await newFolder(subject);
  let killed = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const child = start(subject, folder);
      const ending = toItsEnd(subject, child);
      const moment = 50 + random.uniform() * alone.ms;
      const began = performance.now();
      const ended = await Promise.race([
        ending,
        new Promise<undefined>((resolve) => setTimeout(resolve, moment)),
      ]);
      if (ended !== undefined) {
        alone.ms = Math.min(alone.ms, performance.now() - began); // It was faster this time.
        break;
      }
      const started = descendants(child.pid);
      if (!killedNow(child)) {
        await ending;
        break; // It ended in this very moment.
      }
      await ending;
      killed++;
      assertEquals(await untilGone(started), [], `${subject.name} after ${moment} ms`);
      await contents(folder, subject);
    }
    assertEquals(await toItsEnd(subject, start(subject, folder)), 0, subject.name);
    assertEquals(
      await contents(folder, subject),
      alone.right,
      `${subject.name}: another result`,
    );
    // Nor do its own temporary files stay.
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(names.filter((name) => /\.tmp|\.partial|\.progress/.test(name)), []);
    return killed;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const subject of sampled(SUBJECTS, 4, "subjects of kills")) {
  Deno.test({
    name:
      `${subject.name}, killed, leaves no half file and no process, and ends alike the next time`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using server = subject.asks && answeringServer();
      const served: Served = server ? { ...subject, address: server.address } : subject;
      const random = stream(1, "faults", "kills", subject.name);
      const alone = await untouched(served);
      const askedAlone = server?.asked() ?? 0;
      const wanted = FULL ? subject.kills ?? KILLS : KILLS;
      let kills = 0, rounds = 0;
      // Some runs are over before their moment comes.
      for (; rounds < ROUNDS && kills < wanted; rounds++) {
        kills += await trial(served, alone, Math.min(IN_A_ROW, wanted - kills), random);
      }
      // How many are reached in the sample hangs on the machine's load; the full form goes on until it has them.
      if (FULL) assert(kills >= wanted, `${kills} kills of ${subject.name}`);
      if (server) {
        // What was answered is kept: a kill costs no more than the requests that were on their way.
        const most = askedAlone * (1 + rounds) + ON_THEIR_WAY * kills;
        assert(server.asked() <= most, `asked ${server.asked()} times, ${most} at most`);
      }
      figure(
        `kills of ${subject.name}: ${kills}, 0 torn files, 0 processes left, the next run identical`,
      );
    },
  });
}

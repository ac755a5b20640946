/** Commands of the project in trials: started, watched and ended, with what they leave behind. */
import { assert } from "@std/assert";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import { LATE, withinOwnTime } from "offprint/process/mod.ts";
import { Random, stream } from "offprint/random.ts";

/** All trials, not the sample of a usual run: `deno task test --only faults`. */
export const FULL: boolean = Deno.env.get("OFFPRINT_FAULTS") === "full";

/** What the trials found in numbers; `deno task test` prints it at the end of their stage. */
export function figure(line: string): void {
  const file = Deno.env.get("OFFPRINT_FAULTS_FIGURES");
  if (file !== undefined) Deno.writeTextFileSync(file, `${line}\n`, { append: true });
}

/** A sample of a list in its order, by a fixed seed; all of it in the full form. */
export function sampled<T>(all: readonly T[], count: number, name: string): T[] {
  if (FULL || all.length <= count) return [...all];
  const random: Random = stream(1, "faults", name);
  const places = all.map((_, at) => at);
  random.shuffle(places);
  const chosen = new Set(places.slice(0, count));
  return all.filter((_, at) => chosen.has(at));
}

/** How a command is started. */
export interface Start {
  env?: Record<string, string>;
  cwd?: string;
  /** Shell commands that change its surroundings first. */
  under?: string;
}

/** Starts `deno task NAME …` without deno task in between. */
export function startCommand(args: readonly string[], { env = {}, cwd = ROOT, under }: Start = {}) {
  const all = ["run", "-q", ...COMMAND_FLAGS, "lib/commands/main.ts", ...args];
  const [program, given] = under === undefined
    ? [Deno.execPath(), all]
    : ["sh", ["-c", `${under}\nexec "$@"`, "sh", Deno.execPath(), ...all]];
  return new Deno.Command(program, {
    args: given,
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** What a command printed, and how it ended. */
export interface Said {
  code: number;
  out: string;
  err: string;
}

/** No command of a trial works for so long; one that hangs is ended then. */
const LONGEST_MS = 300_000;

/** Runs a command to its end; one that goes on for five minutes of its own time is ended. */
export async function say(args: readonly string[], options: Start = {}): Promise<Said> {
  const child = startCommand(args, options);
  const output = child.output();
  if (await withinOwnTime(LONGEST_MS, child.pid, output) === LATE) child.kill("SIGKILL");
  const { code, stdout, stderr } = await output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** A mistake of a user was told as it should be: one line with what to expect, exit code 2, no stack. */
export function assertOneLine({ code, err }: Said, what: string): void {
  const lines = err.trimEnd().split("\n");
  assert(code === 2, `${what}: exit code ${code}: ${err.slice(0, 300)}`);
  assert(!/\n\s+at |Uncaught|panicked/.test(err), `${what}: a stack: ${err.slice(0, 500)}`);
  assert(lines.length === 1 && /expected/.test(err), `${what}: ${err.slice(0, 300)}`);
}

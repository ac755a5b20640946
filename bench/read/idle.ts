/**
 * What is used while nobody does anything.
 *
 * @module
 */
import process from "node:process";

/** Ticks of `/proc` in a second; Linux has reported this number to programs for decades. */
const TICKS = 100;

/** A page and a kernel come to rest in this time, in seconds: V8 gives memory back some ten seconds after the last work, once. */
const SETTLE_SECONDS = 30;

/** Processor time of what a process has started, and with `itself` its own, in seconds; nothing where there is no `/proc`. */
async function treeSeconds(pid: number, itself: boolean): Promise<number | undefined> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  if (text === undefined) return undefined;
  // The name of the program, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  let seconds = itself ? (Number(fields[11]) + Number(fields[12])) / TICKS : 0;
  const threads = await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`)).catch(() => []);
  for (const { name } of threads) {
    const children = await Deno.readTextFile(`/proc/${pid}/task/${name}/children`).catch(() => "");
    for (const child of children.split(" ").filter((each) => each.trim() !== "")) {
      seconds += await treeSeconds(Number(child), true) ?? 0;
    }
  }
  return seconds;
}

/** Processor time of this process, in seconds. */
function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/**
 * The share of one core that this process and all that it has started use in `seconds`, in percent: the browser with its
 * page, and the reader's server and kernel where they run. Nothing where the system does not say. Looking is not counted.
 */
export async function idleShare(seconds: number): Promise<number | undefined> {
  const rest = (time: number) => new Promise((resolve) => setTimeout(resolve, 1000 * time));
  await rest(SETTLE_SECONDS);
  const started = await treeSeconds(Deno.pid, false);
  const own = ownSeconds();
  await rest(seconds);
  const used = ownSeconds() - own;
  const startedNow = await treeSeconds(Deno.pid, false);
  if (started === undefined || startedNow === undefined) return undefined;
  return 100 * (startedNow - started + used) / seconds;
}

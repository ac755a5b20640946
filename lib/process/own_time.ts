/**
 * Time limits that other programs do not decide. On a busy machine a process stands in the queue for a
 * processor most of the time; that waiting is not its own.
 *
 * @module
 */
import { LATE, within } from "./within.ts";

/** At most this much of the wall time is taken for waiting: even then a limit comes, twenty times as late. */
const MOST_WAITING = 0.95;
/** Where the system does not report how long a process waited, limits are this many times as long. */
const WIDE = 4;
/** Part of a limit for which the waiting is measured once the limit has passed, and its bounds in ms. */
const WINDOW = { part: 0.1, least: 100, most: 5000 };

/** What processes have had of the processors so far, in ms. */
interface Use {
  /** Time on a processor. */
  ran: number;
  /** Time in the queue for one. */
  waited: number;
  /** Time on a processor of children that have ended. */
  children: number;
}

/**
 * The promise's value, or {@linkcode LATE} when a process and all it started have been at work on it for `ms`:
 * wall time without the time that they stood in the queue for a processor. Sleeping counts, so a process that
 * waits for nothing is found.
 *
 * Measured is only what runs past its limit: from then on, how much of the time it waits, which is taken to
 * have been so all along. Linux reports this by thread (`/proc/PID/task/TID/schedstat`); of each process the
 * thread that waited longest counts, and children that have ended are taken to have waited like the rest.
 * Elsewhere the limit is four times as long.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { LATE, startChild, withinOwnTime } from "offprint/process/mod.ts";
 *
 * const child = startChild("sleep", ["60"]);
 * assertEquals(await withinOwnTime(100, child.pid, child.status), LATE);
 * child.kill();
 * ```
 */
export async function withinOwnTime<T>(
  ms: number,
  pid: number,
  promise: Promise<T>,
): Promise<T | typeof LATE> {
  const result = await within(ms, promise);
  if (result !== LATE) return result;
  const window = Math.min(WINDOW.most, Math.max(WINDOW.least, WINDOW.part * ms));
  const passed = performance.now();
  const before = useOf(pid);
  while (true) {
    const result = await within(window, promise);
    if (result !== LATE) return result;
    const measured = performance.now() - passed;
    const now = before && useOf(pid);
    if (before === undefined || now === undefined) {
      if (ms + measured >= WIDE * ms) return LATE;
      continue;
    }
    const share = Math.min(MOST_WAITING, waiting(before, now) / measured);
    if ((1 - share) * (ms + measured) >= ms) return LATE;
  }
}

/** Time in the queue between two looks, in ms. */
function waiting(before: Use, now: Use): number {
  const [ran, waited] = [now.ran - before.ran, now.waited - before.waited];
  const ofChildren = (now.children - before.children) * (ran > 0 ? waited / ran : 0);
  return Math.max(0, waited + ofChildren);
}

/** Linux counts time in /proc/PID/stat in hundredths of a second. */
const TICK_MS = 10;

/** The sum over a process and all below it; undefined where the system does not say, or it is gone. */
function useOf(root: number): Use | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const processes = new Map<number, { parent: number; children: number }>();
  for (const pid of numbersIn("/proc")) {
    // After the name: state, parent, …; the times of children are fields 16 and 17 of the whole.
    const fields = read(`/proc/${pid}/stat`)?.replace(/^.*\)/s, "").trim().split(" ").map(Number);
    if (fields === undefined) continue;
    processes.set(pid, { parent: fields[1]!, children: (fields[13]! + fields[14]!) * TICK_MS });
  }
  const below = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = processes.get(at)?.parent) {
      if (at === root) return true;
    }
    return false;
  };
  const total: Use = { ran: 0, waited: 0, children: 0 };
  let found = false;
  for (const [pid, { children }] of processes) {
    if (!below(pid)) continue;
    total.children += children;
    let longest = 0;
    for (const thread of numbersIn(`/proc/${pid}/task`)) {
      const times = read(`/proc/${pid}/task/${thread}/schedstat`)?.split(" ").map(Number);
      if (times === undefined) continue;
      found = true;
      total.ran += times[0]! / 1e6;
      longest = Math.max(longest, times[1]! / 1e6);
    }
    total.waited += longest;
  }
  return found ? total : undefined;
}

function numbersIn(folder: string): number[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return []; // it ended in this moment
  }
}

function read(file: string): string | undefined {
  try {
    return Deno.readTextFileSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Time limits that other programs do not decide. On a busy machine a process stands in the queue for a
 * processor most of the time; that waiting is not its own.
 *
 * @module
 */
import { LATE, within } from "./limit.ts";

/** At most so much of the wall time is taken for waiting: even then a limit comes, twenty times as late. */
const MOST_WAITING = 0.95;
/** Where the system does not tell how long a process waited, limits are so many times as long. */
const WIDE = 4;
/** Between two looks at the clock, in ms. */
const LOOK_MS = 50;

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
 * Measures how long a process group has been at work since the clock was made: wall time without the time
 * that it stood in the queue for a processor. Sleeping counts, so a process that waits for nothing is found.
 *
 * Linux tells this by thread (`/proc/PID/task/TID/schedstat`): of each process the thread that waited longest
 * counts. For children that have ended it does not; they are taken to have waited like the rest.
 */
export class QuietClock {
  readonly #started = performance.now();
  readonly #before: Use | undefined;

  /** @param group The id of the group, which is that of its first process. */
  constructor(readonly group: number) {
    this.#before = useOf(group);
  }

  /** Time at work so far, in ms. */
  elapsedMs(): number {
    const wall = performance.now() - this.#started;
    const now = this.#before && useOf(this.group);
    if (this.#before === undefined || now === undefined) return wall / WIDE;
    const ran = now.ran - this.#before.ran;
    const waited = now.waited - this.#before.waited;
    const children = (now.children - this.#before.children) * (ran > 0 ? waited / ran : 0);
    const waiting = Math.max(0, waited + children);
    return wall - Math.min(waiting, MOST_WAITING * wall);
  }

  /** The promise's value, or {@linkcode LATE} when the group has been at work for `ms`. */
  async within<T>(ms: number, promise: Promise<T>): Promise<T | typeof LATE> {
    while (true) {
      const left = ms - this.elapsedMs();
      if (left <= 0) return LATE;
      const result = await within(Math.max(left, LOOK_MS), promise);
      if (result !== LATE) return result;
    }
  }
}

/** Linux counts time in /proc/PID/stat in hundredths of a second. */
const TICK_MS = 10;

/** The sum over the processes of a group; undefined where the system does not tell, or the group is gone. */
function useOf(group: number): Use | undefined {
  if (Deno.build.os !== "linux") return undefined;
  const total: Use = { ran: 0, waited: 0, children: 0 };
  let found = false;
  for (const pid of numbersIn("/proc")) {
    const fields = read(`/proc/${pid}/stat`)?.replace(/^.*\)/s, "").trim().split(" ");
    // After the name: state, parent, group, …; the times of children are fields 16 and 17 of the whole.
    if (fields === undefined || Number(fields[2]) !== group) continue;
    let longest = 0;
    for (const thread of numbersIn(`/proc/${pid}/task`)) {
      const times = read(`/proc/${pid}/task/${thread}/schedstat`)?.split(" ").map(Number);
      if (times === undefined) continue;
      found = true;
      total.ran += times[0]! / 1e6;
      longest = Math.max(longest, times[1]! / 1e6);
    }
    total.waited += longest;
    total.children += (Number(fields[13]) + Number(fields[14])) * TICK_MS;
  }
  return found ? total : undefined;
}

function numbersIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name)
      .filter((name) => /^\d+$/.test(name));
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

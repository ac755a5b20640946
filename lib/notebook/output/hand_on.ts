/**
 * Waiting until the kernel has passed an output on to its clients.
 *
 * The kernel runs cells in one thread and talks to clients in another, and nothing orders the end of a cell
 * behind its last output: a client can hear "idle" first. JupyterLab shows such an output all the same, but
 * `nbclient` (`jupyter nbconvert --execute`) stops collecting at "idle" and loses it. The kernel offers
 * nothing to wait for. `findings/deno_kernel_idle_before_output.sh` shows it.
 *
 * On two cores that some 25 processes wanted, of 150 cells with three outputs of 20 kB each, 32 ended before their last output had
 * been sent; with a wait of 12 ms still 20 of 800 did. So a fixed wait is not enough: the thread that sends may
 * not have been given a core by then. Where the system tells what a thread does (Linux), we wait until no other thread of the
 * kernel wants a core: then none of 800 did.
 *
 * @module
 */

/** The wait of any output and what a large one, which the kernel has to sign and write, adds to it. */
const [LEAST_MS, CHARACTERS_PER_MS] = [10, 10_000];
/** Pause between two looks at the threads, in ms. */
const LOOK_MS = 5;
/** A cell's own work in other threads can go on for ever: it is not waited for any longer, in ms. */
const MOST_MS = 500;
/** What goes through a socket's buffer at once, in characters: of more, the next output could cut a part off. */
const BUFFERED = 200_000;

/**
 * Waits until the kernel has passed on an output of so many characters. This project's own client marks the end of a cell's
 * outputs itself: under it only outputs that are too large for a socket's buffer are waited for.
 */
export async function handedOn(characters: number): Promise<void> {
  const writing = characters / CHARACTERS_PER_MS;
  if (hasFence()) {
    if (characters > BUFFERED) await pause(writing);
    return;
  }
  await pause(LEAST_MS + writing);
  const until = performance.now() + MOST_MS;
  while (othersWork() && performance.now() < until) await pause(LOOK_MS);
}

/** Whether the set-up cell of `KernelClient` has run in this kernel. */
function hasFence(): boolean {
  return Symbol.for("offprint.kernel") in globalThis;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Whether a thread of this process but our own runs or waits for a core; false where that cannot be known. */
function othersWork(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    const own = Deno.readTextFileSync("/proc/thread-self/stat").split(" ", 1)[0];
    for (const { name } of Deno.readDirSync("/proc/self/task")) {
      if (name !== own && isRunnable(`/proc/self/task/${name}/stat`)) return true;
    }
  } catch {
    // not allowed to look
  }
  return false;
}

function isRunnable(statFile: string): boolean {
  try {
    const text = Deno.readTextFileSync(statFile);
    // The state is the first field after the name, which stands in brackets and may hold any character.
    return text.charAt(text.lastIndexOf(")") + 2) === "R";
  } catch {
    return false; // it has ended
  }
}

/**
 * What is used while nobody does anything.
 *
 * @module
 */

/** Ticks of `/proc` in a second; Linux has reported this number to programs for decades. */
const TICKS = 100;

/** Processor time of this process and all that it has started, in seconds; nothing where there is no `/proc`. */
async function treeSeconds(pid = Deno.pid): Promise<number | undefined> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
  if (text === undefined) return undefined;
  // The name of the program, in brackets, may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  let seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
  const threads = await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`)).catch(() => []);
  for (const { name } of threads) {
    const children = await Deno.readTextFile(`/proc/${pid}/task/${name}/children`).catch(() => "");
    for (const child of children.split(" ").filter((each) => each.trim() !== "")) {
      seconds += await treeSeconds(Number(child)) ?? 0;
    }
  }
  return seconds;
}

/**
 * The share of one core that this process and all that it has started use in `seconds`, in percent: the reader's server,
 * its kernel and the browser with the page. Nothing where the system does not say.
 */
export async function idleShare(seconds: number): Promise<number | undefined> {
  const before = await treeSeconds();
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const after = await treeSeconds();
  return before === undefined || after === undefined ? undefined : 100 * (after - before) / seconds;
}

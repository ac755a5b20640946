/**
 * Who else used the processor while something was measured.
 *
 * @module
 */

/**
 * Starts watching; the function returned says in one clause how many cores others have used since, and
 * which of the processes that still run used most. Linux only; elsewhere it says that it cannot tell.
 */
export async function watchOthers(): Promise<() => Promise<string>> {
  if (Deno.build.os !== "linux") return () => Promise.resolve("other processes not known");
  const before = await processorTimes();
  const start = performance.now();
  return async () => {
    const now = await processorTimes();
    const cores = (ticks: number) => ticks / 100 / ((performance.now() - start) / 1000);
    const since = (id: number) =>
      cores((now.of.get(id)?.ticks ?? 0) - (before.of.get(id)?.ticks ?? 0));
    const others = Math.max(0, cores(now.all - before.all) - since(Deno.pid));
    const names = [...now.of].filter(([id]) => id !== Deno.pid && since(id) >= 0.01)
      .sort(([a], [b]) => since(b) - since(a)).slice(0, 3)
      .map(([id, { name }]) => `${name} ${since(id).toFixed(2)}`);
    const busiest = names.length === 0 ? "" : ` (of those still running: ${names.join(", ")})`;
    return `others used ${others.toFixed(2)} cores meanwhile${busiest}`;
  };
}

/** Processor time so far, in hundredths of a second: of the machine, and of each process. */
async function processorTimes() {
  const line = /^cpu +(.*)$/m.exec(await Deno.readTextFile("/proc/stat"))![1]!;
  const [user, nice, system, , , interrupts, soft, stolen] = line.split(" ").map(Number);
  const all = user! + nice! + system! + interrupts! + soft! + stolen!;
  const of = new Map<number, { name: string; ticks: number }>();
  for await (const { name: id } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    try {
      const text = await Deno.readTextFile(`/proc/${id}/stat`);
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      const name = text.slice(text.indexOf("(") + 1, text.lastIndexOf(")"));
      of.set(Number(id), { name, ticks: Number(fields[11]) + Number(fields[12]) });
    } catch {
      // It has ended.
    }
  }
  return { all, of };
}

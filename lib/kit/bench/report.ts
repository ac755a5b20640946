/**
 * What a benchmark suite reports, and how it measures: contestants take turns in one process, so that a
 * slow moment of the machine falls on all of them, and each is judged by its median.
 *
 * @module
 */
/** One comparison. */
export interface BenchRow {
  /** What is measured. */
  name: string;
  /** Sizes: "V = 7, T = 50, 100 000 texts". */
  shape: string;
  /** Our value, in `unit`. */
  ours: number;
  /** The peer's value, in `unit`. */
  peer: number;
  peerName: string;
  unit: string;
  /** Above 1 where ours is better. */
  ratio: number;
}

/** A suite's result, as `bench SUITE --json` prints it. */
export interface BenchReport {
  suite: string;
  /** Processor, cores, Deno version. */
  machine: string;
  rows: BenchRow[];
}

/** Which native kernels gave a suite's rows: each variant and processor has rows of its own on the page. */
export interface NativeRun {
  /** The instruction set that ran. */
  variant: string;
  /** All that are written: the page names those that nobody has measured. */
  variants: readonly string[];
  /** What was measured, where it was only a part of the suite. */
  part?: string;
}

/** A suite's result with the day and the command that gave it. */
export interface KeptReport extends BenchReport {
  /** Day of the measurement, "2026-11-30". */
  date: string;
  /** What was typed. */
  command: string;
  /** For suites of native kernels, with the processor's name. */
  native?: NativeRun & { processor: string };
}

/** What a suite measured. */
export interface BenchResult {
  rows: BenchRow[];
  /** What the rows were measured on besides this machine (a GPU, a variant of the kernels), or why there are none. */
  measuredOn?: string;
  /** Where native kernels are what is measured. */
  native?: NativeRun;
}

/** What a module in the folder `bench/` exports; its name is the suite's. */
export interface BenchSuite {
  /** Measures; `progress` gets a line now and then. */
  runBench(progress: (line: string) => void): Promise<BenchResult>;
}

/** A row of a quantity of which less is better: seconds, passes, bytes. */
export function lessIsBetter(row: Omit<BenchRow, "ratio">): BenchRow {
  return { ...row, ratio: row.peer / row.ours };
}

/** The middle value; the mean of the two middle ones for an even number. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length >> 1;
  const upper = ascending[middle];
  if (upper === undefined) throw new RangeError("median: got no values, expected at least one");
  return ascending.length % 2 === 1 ? upper : (upper + ascending[middle - 1]!) / 2;
}

/** Work to be timed. */
export type Contestant = () => unknown;

/**
 * Runs the contestants in turn, `repetitions` times after one round that warms them up, and returns the
 * median time of each in seconds.
 *
 * @param options.turn How often a contestant runs before it is another's turn; default once. Work that repeats where it
 * is used finds in the processor's caches what it left there, and after a turn of others it finds what they left.
 */
export async function interleaved<Name extends string>(
  contestants: Record<Name, Contestant>,
  repetitions: number,
  { turn = 1 }: { turn?: number } = {},
): Promise<Record<Name, number>> {
  const names = Object.keys(contestants) as Name[];
  const times = new Map<Name, number[]>(names.map((name) => [name, []]));
  const run = async (name: Name) => {
    const start = performance.now();
    const result = contestants[name]();
    if (result instanceof Promise) await result;
    return (performance.now() - start) / 1000;
  };
  for (const name of names) await run(name);
  for (let done = 0; done < repetitions; done += turn) {
    for (const name of names) {
      for (let i = done; i < Math.min(done + turn, repetitions); i++) {
        times.get(name)!.push(await run(name));
      }
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)])) as Record<
    Name,
    number
  >;
}

/**
 * The report for a terminal: one line of machine, then for each row the ratio first, both values, what
 * was measured and against whom.
 */
export function benchTable(report: BenchReport): string {
  const lines = report.rows.map(({ name, shape, ours, peer, peerName, unit, ratio }) => [
    `${significant(ratio)}×`,
    `${significant(ours)} ${unit}`,
    `${significant(peer)} ${unit}`,
    `${name} (${shape}); peer: ${peerName}`,
  ]);
  if (lines.length === 0) return `${report.suite}: ${report.machine}`;
  const header = ["ratio", "ours", "peer", "what"];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]!.length))
  );
  const table = [header, ...lines].map((line) =>
    line.map((cell, column) => column === 3 ? cell : cell.padStart(widths[column]!)).join("  ")
  );
  return [`${report.suite}: ${report.machine}`, ...table].join("\n");
}

/** Three significant digits, without exponents where that stays readable. */
export function significant(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7)) {
    return value.toExponential(2);
  }
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/**
 * A notebook as an experiment: run per point through its parameters cell, measured by its claims.
 *
 * @module
 */
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import {
  type Axes,
  hashOf,
  moduleGraph,
  type PointOutcome,
  type RunPointsOptions,
  storeFile,
  SweepStore,
  threadsHere,
  toJson,
  type WorkerJob,
} from "offprint/sweeps/mod.ts";
import { type Parameter, parameterLiteral } from "../pairs/mod.ts";
import { ROOT } from "../project.ts";
import { type NotebookRun, runNotebooks } from "../runner/mod.ts";

const NOTEBOOKS = join(ROOT, "notebooks");

/**
 * Runs a notebook at every point, cells that measure time left out. The outcome of a point is the measured value of each
 * claim that has a number, with its verdict; a notebook that fails is a point with an error. Points are kept like those of
 * experiments, under the notebook's source and all it imports.
 *
 * @param seeds Whether the notebook's parameter `seed` is set too.
 * @throws {DOMException} the signal's reason, when it aborts; all kernels are gone by then.
 */
export async function runNotebookPoints(
  id: string,
  jobs: readonly WorkerJob[],
  seeds: boolean,
  options: RunPointsOptions,
): Promise<{ outcomes: PointOutcome[]; kept: number }> {
  const file = options.store ?? storeFile() ?? false;
  using store = file === false ? undefined : new SweepStore(file);
  const code = store && (await moduleGraph(join(NOTEBOOKS, `${id}.ts`), store)).hash;
  const outcomes: PointOutcome[] = [];
  const keys = jobs.map((job) =>
    hashOf(toJson([code, "notebook", job.point, seeds ? job.seed : null]))
  );
  const waiting: number[] = [];
  for (const [i, key] of keys.entries()) {
    const result = store?.find(key);
    if (result === undefined) waiting.push(i);
    else outcomes[i] = { result };
  }
  const kept = jobs.length - waiting.length;
  let done = kept;
  const begun = performance.now();
  const tell = () => {
    const each = (performance.now() - begun) / 1000 / (done - kept);
    options.onPoint?.({
      done,
      total: jobs.length,
      kept,
      ...(done > kept ? { secondsLeft: each * (jobs.length - done) } : {}),
    });
  };
  tell();
  const out = await temporaryFolder("sweep");
  const work = async () => {
    for (let i = waiting.shift(); i !== undefined; i = waiting.shift()) {
      const { point, seed } = jobs[i]!;
      const set = Object.fromEntries(
        Object.entries(point).map(([name, value]) => [name, `${value}`]),
      );
      const { papers } = await runNotebooks({
        folder: NOTEBOOKS,
        ids: [id],
        set: seeds ? { ...set, seed: String(seed) } : set,
        jobs: 1,
        noTiming: true,
        outDir: join(out, String(i)),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      const outcome = outcomes[i] = outcomeOf(papers[0]!);
      if ("result" in outcome) {
        store?.keep([{
          key: keys[i]!,
          experiment: `notebooks/${id}.ts notebook`,
          code: code!,
          point,
          seed,
          result: outcome.result,
          seconds: papers[0]!.seconds,
        }]);
      }
      done++;
      tell();
    }
  };
  const before = Deno.env.get("OFFPRINT_THREADS");
  const count = Math.max(1, Math.min(options.jobs ?? threadsHere(), waiting.length));
  Deno.env.set("OFFPRINT_THREADS", String(Math.max(1, Math.floor(threadsHere() / count))));
  try {
    const ended = await Promise.allSettled(Array.from({ length: count }, work));
    const failed = ended.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    if (before === undefined) Deno.env.delete("OFFPRINT_THREADS");
    else Deno.env.set("OFFPRINT_THREADS", before);
    await Deno.remove(out, { recursive: true });
  }
  return { outcomes, kept };
}

function outcomeOf({ errors, claims }: NotebookRun): PointOutcome {
  const [first] = errors;
  if (first !== undefined && claims.length === 0) return { error: first.message.split("\n")[0]! };
  const result: Record<string, unknown> = {};
  for (const { record: { id, measured, verdict } } of claims) {
    const value = numberOf(measured);
    if (value !== undefined) result[id] = value;
    result[`${id} verdict`] = verdict;
  }
  return { result };
}

/** The number that a claim measured: itself, or the mean of an interval. */
function numberOf(measured: unknown): number | undefined {
  if (typeof measured === "number") return measured;
  const { value, mean } = Object(measured) as { value?: unknown; mean?: unknown };
  return [value, mean].find((part) => typeof part === "number") as number | undefined;
}

/**
 * Looks at axes before anything runs.
 *
 * @param seeds The seeds that were asked for; none where the notebook's own stays.
 * @throws {UserError} for an axis that the notebook has no parameter for, for seeds where it has no parameter `seed`, and for
 * a value that its parameter does not take.
 */
export function checkNotebookAxes(
  id: string,
  parameters: readonly Parameter[],
  axes: Axes,
  seeds: readonly number[],
): void {
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const names = [...Object.keys(axes), ...(seeds.length > 0 ? ["seed"] : [])];
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new UserError({
      what: unknown in axes ? "--grid" : "--seeds",
      got: unknown,
      expected: `one of the parameters of ${id}: ${[...known.keys()].join(", ") || "none"}`,
      todo: `Or name an experiment: deno task sweep ${id.slice(0, 2)} --help.`,
    });
  }
  for (const [name, values] of Object.entries(axes)) {
    for (const value of values) parameterLiteral(known.get(name)!, String(value), "--grid");
  }
  for (const seed of seeds) parameterLiteral(known.get("seed")!, String(seed), "--seed");
}

/**
 * The pipeline: files in, one JSON object a line out, with a manifest of counts and hashes. It holds a few
 * files at a time, may be interrupted, and gives the same bytes however often it was.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { Described, messageOf, UserError } from "offprint/errors.ts";
import { placeOf, readText, writeWhole } from "offprint/files.ts";
import type { Tools } from "../mutants/classify.ts";
import { GRAMMAR_VERSION } from "../language/grammar.ts";
import { YOSYS_VERSION } from "../tools/yosys.ts";
import { filesAhead } from "./ahead.ts";
import { emptyNotes, type FileNotes, type FlowOptions, recordsOf, type Skip } from "./flows.ts";
import type { AugmentedRecord, Task } from "./record.ts";
import { scriptRecords } from "./scripts.ts";
import type { SourceList } from "./sources.ts";

/** What to make, and where to put it. */
export interface AugmentOptions extends FlowOptions {
  source: SourceList;
  /** Path of the data set; `.partial`, `.progress.json` and `.manifest.json` stand beside it. */
  out: string;
  /** How many records the scripts flow makes. */
  scripts: number;
  /** Needed for the repair flow. */
  tools?: Tools | undefined;
  /** Called after every file. */
  onProgress?: (done: number, total: number, file: string) => void;
  /** Stops at once; the files that were done are kept, and the one under way is done again. */
  signal?: AbortSignal;
}

/** Counts of one task. */
export interface TaskCount {
  records: number;
  /** Bytes of the lines. */
  bytes: number;
}

/** What a data set is made of. */
export interface Manifest {
  origin: string;
  options: Omit<FlowOptions, "flows" | "signal"> & { flows: string[]; scripts: number };
  tools: string[];
  files: number;
  /** Files left out because an earlier one is the same up to names and layout. */
  duplicates: number;
  notes: FileNotes;
  /** Files of which nothing, or not everything, was made, and why. */
  skipped: ({ file: string } & Skip)[];
  tasks: Partial<Record<Task, TaskCount>>;
  sha256: string;
}

interface Progress {
  /** Options and source, to see that a run that goes on is the same run. */
  key: string;
  filesDone: number;
  bytes: number;
  fingerprints: string[];
  manifest: Omit<Manifest, "sha256">;
}

/**
 * Runs the pipeline to its end, going on where an earlier run with the same options stopped.
 *
 * @returns the manifest; nothing when `signal` stopped it.
 * @throws {UserError} when the repair flow is asked for without tools, or the output cannot be written.
 */
export async function augment(options: AugmentOptions): Promise<Manifest | undefined> {
  const { source, out, flows, seed, completionsPerModule, mutantsPerFile, scripts, tools } =
    options;
  if (flows.includes("repair") && tools === undefined) {
    throw new UserError({
      what: "the repair flow",
      got: new Described("no tools"),
      expected: "Yosys to confirm the mutants",
    });
  }
  const settings = { flows: [...flows], seed, completionsPerModule, mutantsPerFile, scripts };
  const judges = [
    YOSYS_VERSION,
    tools?.icarus?.version ?? "no Icarus",
    tools?.verilator?.version ?? "no Verilator",
  ];
  const versions = [GRAMMAR_VERSION, ...(flows.includes("repair") ? judges : [])];
  const key = JSON.stringify([settings, source.origin, source.count, versions]);
  const partial = `${out}.partial`;
  const progress = await resume(out, key) ?? {
    key,
    filesDone: 0,
    bytes: 0,
    fingerprints: [],
    manifest: {
      origin: source.origin,
      options: settings,
      tools: versions,
      files: source.count,
      duplicates: 0,
      notes: emptyNotes(),
      skipped: [],
      tasks: {},
    },
  };
  const seen = new Set(progress.fingerprints);
  const stopped = () => options.signal?.aborted === true;
  let saved = performance.now();
  const file = await open(partial, progress.bytes);
  const encoder = new TextEncoder();
  try {
    const write = async (records: Iterable<AugmentedRecord> | AsyncIterable<AugmentedRecord>) => {
      for await (const record of records) {
        const line = encoder.encode(JSON.stringify(record) + "\n");
        for (let at = 0; at < line.length;) at += await file.write(line.subarray(at));
        progress.bytes += line.length;
        const count = progress.manifest.tasks[record.task] ??= { records: 0, bytes: 0 };
        count.records++;
        count.bytes += line.length;
      }
    };
    const turns = filesAhead({
      files: source.files(progress.filesDone),
      atOnce: flows.includes("repair") ? FILES_AT_ONCE : 1,
      make: ({ name, text, ...rest }, notes) =>
        recordsOf(name, text, options, tools, notes, "include" in rest ? rest.include : undefined),
      emptyNotes,
      seen,
    });
    for await (const { entry, print, records, notes } of turns) {
      if (stopped()) {
        await save(out, progress, seen);
        return undefined;
      }
      const { manifest } = progress;
      const tasks = structuredClone(manifest.tasks);
      const { bytes } = progress;
      const skip = (why: Skip) => manifest.skipped.push({ file: entry.name, ...why });
      if ("skipped" in entry) skip(entry.skipped);
      if (print !== undefined && seen.has(print)) manifest.duplicates++;
      else if (print !== undefined) {
        await write(untilError(untilStopped(records(), options.signal), skip));
        if (stopped()) {
          await save(out, { ...progress, bytes, manifest: { ...manifest, tasks } }, seen);
          return undefined;
        }
        // A file without a module is not a model that others could repeat.
        if (notes.modules > 0) seen.add(print);
        notes.skipped.forEach(skip);
        add(manifest.notes, notes);
      }
      progress.filesDone++;
      // Files that tools look at take seconds each; plain ones a thousandth of one.
      if (progress.filesDone % 100 === 0 || performance.now() - saved > SAVE_EVERY_MS) {
        await save(out, progress, seen);
        saved = performance.now();
      }
      options.onProgress?.(progress.filesDone, source.count, entry.name);
    }
    if (flows.includes("scripts")) await write(scriptRecords(scripts, seed));
    await file.sync();
  } finally {
    file.close();
  }
  const manifest: Manifest = { ...progress.manifest, sha256: await hashOf(partial) };
  const { mode } = await placeOf(out);
  if (mode !== undefined) await Deno.chmod(partial, mode);
  await Deno.rename(partial, out);
  await replace(`${out}.manifest.json`, JSON.stringify(manifest, null, 2) + "\n");
  await Deno.remove(`${out}.progress.json`).catch(() => {});
  return manifest;
}

/** Files that the tools look at side by side: with fewer they wait for the last mutant of each. */
const FILES_AT_ONCE = 3;

/** At most this much work is done again after a kill, in milliseconds. */
const SAVE_EVERY_MS = 5000;

/** Records until the file that gives them fails; no single file ends a run. */
async function* untilError(
  records: AsyncIterable<AugmentedRecord>,
  skip: (why: Skip) => void,
): AsyncGenerator<AugmentedRecord> {
  try {
    yield* records;
  } catch (error) {
    if (error instanceof UserError) skip({ reason: messageOf(error) });
    else skip({ reason: "a fault of this program", detail: String(error) });
  }
}

/** Records until the signal aborts, also while the next one is being made. */
async function* untilStopped(
  records: AsyncGenerator<AugmentedRecord>,
  signal: AbortSignal | undefined,
): AsyncGenerator<AugmentedRecord> {
  while (signal?.aborted !== true) {
    const next = await new Promise<IteratorResult<AugmentedRecord> | undefined>(
      (resolve, reject) => {
        const stop = () => resolve(undefined);
        signal?.addEventListener("abort", stop, { once: true });
        records.next().then(resolve, reject).finally(() =>
          signal?.removeEventListener("abort", stop)
        );
      },
    );
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}

function add(total: FileNotes, one: FileNotes): void {
  for (
    const key of [
      "modules",
      "described",
      "mutants",
      "mismatched",
      "equivalent",
      "undecided",
    ] as const
  ) {
    total[key] += one[key];
  }
  for (const [kind, count] of Object.entries(one.unsupported)) {
    total.unsupported[kind] = (total.unsupported[kind] ?? 0) + count;
  }
}

async function resume(out: string, key: string): Promise<Progress | undefined> {
  try {
    const progress: Progress = JSON.parse(await readText(`${out}.progress.json`));
    const { size } = await Deno.stat(`${out}.partial`);
    return progress.key === key && size >= progress.bytes ? progress : undefined;
  } catch {
    return undefined;
  }
}

async function open(path: string, bytes: number): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path, { write: true, create: true });
    if (!await file.tryLock(true)) {
      file.close();
      throw new UserError({
        what: path,
        got: new Described("another run that writes to it"),
        expected: "one run at a time for each file",
        todo: "Wait for it to end, or choose another --out.",
      });
    }
    // What was written after the last saved state is made again.
    await file.truncate(bytes);
    await file.seek(bytes, Deno.SeekMode.Start);
    return file;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError({
      what: path,
      got: error instanceof Error ? error.name : error,
      expected: "a file that can be written",
    });
  }
}

async function save(out: string, progress: Progress, seen: ReadonlySet<string>): Promise<void> {
  await replace(`${out}.progress.json`, JSON.stringify({ ...progress, fingerprints: [...seen] }));
}

async function replace(path: string, text: string): Promise<void> {
  await writeWhole(path, text);
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await Deno.open(path);
  for await (const piece of file.readable) hash.update(piece);
  return hash.digest("hex");
}

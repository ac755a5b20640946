/**
 * How much memory the pipeline of `deno task augment` holds after this many modules. Run as a program of its
 * own with `--v8-flags=--expose-gc`: `pipeline_memory.ts EARLY LATE` prints one JSON object.
 *
 * @module
 */
import { join } from "node:path";
import { augment, generatedSource } from "offprint/verilog/records/mod.ts";

/** Live heap and resident memory at two points, in bytes, and the modules at those points. */
export interface PipelineMemory {
  early: { modules: number; heap: number; resident: number };
  late: { modules: number; heap: number; resident: number };
}

/** Measures in a child process, so that nothing else lies in its memory. */
export async function pipelineMemory(early: number, late: number): Promise<PipelineMemory> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-q", "--v8-flags=--expose-gc", import.meta.url, `${early}`, `${late}`],
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function measure(early: number, late: number): Promise<PipelineMemory> {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("start this with --v8-flags=--expose-gc");
  const points: PipelineMemory["late"][] = [];
  const folder = await Deno.makeTempDir();
  try {
    await augment({
      source: generatedSource(late, 1),
      out: join(folder, "records.jsonl"),
      flows: ["completion", "prose"],
      seed: 1,
      completionsPerModule: 4,
      mutantsPerFile: 0,
      scripts: 0,
      onProgress: (done) => {
        if (done !== early && done !== late) return;
        collect();
        const { heapUsed, rss } = Deno.memoryUsage();
        points.push({ modules: done, heap: heapUsed, resident: rss });
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return { early: points[0]!, late: points[1]! };
}

if (import.meta.main) {
  const [early, late] = Deno.args.map(Number);
  console.log(JSON.stringify(await measure(early!, late!)));
}

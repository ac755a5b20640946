/**
 * The `first_run` suite: what is fetched, and what lies in the cache, after `run NN` with an empty cache of Deno, one paper
 * after the other. `OFFPRINT_PAPERS="02 08"` takes some papers only. It needs npm, and the network.
 *
 * @module
 */
import { join } from "node:path";
import { Described, UserError } from "offprint/errors.ts";
import { type BenchResult, type BenchRow, lessIsBetter } from "offprint/kit/bench/report.ts";
import { COMMAND_FLAGS, ROOT } from "offprint/kit/project.ts";
import { startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { isForeign, packageFiles, packageOf } from "./first_run/cache.ts";
import { countingRegistry, npmRegistry } from "./first_run/counting_registry.ts";
import { wantedPapers } from "./run/wanted_papers.ts";
import { watched } from "./run/watched.ts";

/** Megabytes that may be fetched, Deno included. */
const GOALS = { withoutModels: 60, all: 200 } as const;
/** The package that every language model runs on. */
const RUNTIME = "onnxruntime-node";
/** So many of the largest files are told. */
const LARGEST = 10;

/** What the first run of something fetched, in bytes by path, and the files that it left in the cache. */
interface Fetched {
  tarballs: Map<string, number>;
  files: Map<string, number>;
}

/** Runs the suite: every paper once, some minutes on two cores. */
export async function runBench(progress: (line: string) => void): Promise<BenchResult> {
  const upstream = await npmRegistry();
  if (upstream === undefined) {
    return { rows: [], measuredOn: "no npm here, or its registry does not answer: not measured" };
  }
  const ids = await wantedPapers();
  const deno = await denoItself(upstream);
  progress(`first_run: Deno itself ${megabytes(deno)}`);
  const papers = new Map<string, Fetched>();
  for (const id of ids) {
    const fetched = await firstRun(upstream, id);
    papers.set(id, fetched);
    const packages = [...new Set([...fetched.files.keys()].map(packageOf))];
    progress(
      `first_run: ${id} ${megabytes(total(fetched.tarballs))} of ${packages.length} packages, ` +
        `${megabytes(total(fetched.files))} on disk; largest: ${largest(fetched.tarballs, 5)}`,
    );
  }
  const all: Fetched = {
    tarballs: union([...papers.values()].map(({ tarballs }) => tarballs)),
    files: union([...papers.values()].map(({ files }) => files)),
  };
  progress("first_run: the largest files of all");
  for (const [path, bytes] of largestFirst(all.files).slice(0, LARGEST)) {
    progress(`  ${megabytes(bytes)}  ${path}${isForeign(path) ? ", of another system" : ""}`);
  }
  return { rows: rowsOf(deno, papers, all) };
}

/** Bytes of Deno, as the README's line for Node fetches it. */
async function denoItself(upstream: string): Promise<number> {
  const home = await temporaryFolder("first");
  const proxy = countingRegistry(upstream);
  try {
    await succeeded("npx", ["--yes", "--prefer-offline", "deno@2.9", "--version"], {
      HOME: home,
      USERPROFILE: home,
      npm_config_cache: join(home, "npm"),
      // Elsewhere than this machine's global packages, among which npx would find a Deno.
      npm_config_prefix: join(home, "prefix"),
      npm_config_update_notifier: "false",
      npm_config_registry: proxy.url,
    });
    return proxy.bytes;
  } finally {
    await proxy.stop();
    await Deno.remove(home, { recursive: true });
  }
}

async function firstRun(upstream: string, id: string): Promise<Fetched> {
  const home = await temporaryFolder("first");
  const proxy = countingRegistry(upstream);
  try {
    const args = ["run", "-q", ...COMMAND_FLAGS, "lib/commands/main.ts", "run", id];
    await succeeded(Deno.execPath(), [...args, "--out", join(home, "out")], {
      DENO_DIR: join(home, "deno"),
      NPM_CONFIG_REGISTRY: proxy.url,
    });
    return {
      tarballs: new Map(proxy.fetched.map(({ path, bytes }) => [path, bytes])),
      files: await packageFiles(join(home, "deno")),
    };
  } finally {
    await proxy.stop();
    await Deno.remove(home, { recursive: true });
  }
}

async function succeeded(
  program: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<void> {
  const child = startChild(program, args, { cwd: ROOT, env: { ...env, NO_COLOR: "1" } });
  const { code, stderr } = await watched(child, performance.now());
  if (code === 0) return;
  throw new UserError({
    what: args.join(" "),
    got: new Described(`exit code ${code}: ${stderr.trim().split("\n").at(-1)}`),
    expected: "a first run that passes",
  });
}

function rowsOf(deno: number, papers: ReadonlyMap<string, Fetched>, all: Fetched): BenchRow[] {
  const row = (name: string, { tarballs, files }: Fetched, goal: number, what: string): BenchRow =>
    lessIsBetter({
      name,
      shape:
        `Deno ${megabytes(deno)}; ${new Set([...files.keys()].map(packageOf)).size} packages, ` +
        `${megabytes(total(files))} on disk`,
      ours: (deno + total(tarballs)) / 1e6,
      peer: goal,
      peerName: `the goal for ${what}`,
      unit: "MB",
    });
  const rows = [...papers].map(([id, fetched]) => {
    const models = [...fetched.files.keys()].some((path) => packageOf(path) === RUNTIME);
    return models
      ? row(`fetched by the first run of ${id}`, fetched, GOALS.all, "all papers together")
      : row(
        `fetched by the first run of ${id}, which runs no language model`,
        fetched,
        GOALS.withoutModels,
        "a paper without language models",
      );
  });
  if (papers.size < 2) return rows;
  const usable = [...all.files].filter(([path]) => !isForeign(path));
  return [
    ...rows,
    row(`fetched by ${papers.size} papers one after the other`, all, GOALS.all, "all papers"),
    lessIsBetter({
      name: "packages on disk",
      shape: `${papers.size} papers`,
      ours: total(all.files) / 1e6,
      peer: total(new Map(usable)) / 1e6,
      peerName: "the same without libraries of other systems and processors",
      unit: "MB",
    }),
  ];
}

/** What any of them has. */
function union(maps: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  return new Map(maps.flatMap((map) => [...map]));
}

function total(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function largestFirst(sizes: ReadonlyMap<string, number>): [string, number][] {
  return [...sizes].sort(([, a], [, b]) => b - a);
}

function largest(sizes: ReadonlyMap<string, number>, count: number): string {
  return largestFirst(sizes).slice(0, count)
    .map(([path, bytes]) => `${path.split("/").at(-1)} ${megabytes(bytes)}`).join(", ");
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

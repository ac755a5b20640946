/**
 * All that a module's results hang on: the sources it imports, the packages, the data, the versions.
 *
 * @module
 */
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { Described, UserError } from "offprint/errors.ts";
import { exists, ifThere, readText } from "offprint/files.ts";
import { runToEnd } from "offprint/process/mod.ts";
import { addressOf, HOME } from "./experiment.ts";
import { hashOf, meaningOf } from "./source_meaning.ts";
import type { SweepStore } from "./store.ts";

/** What an experiment's results hang on, besides parameters and seed. */
export interface ModuleGraph {
  /** One hash of all of it. */
  hash: string;
  /** Sources, by address, with what each means. */
  sources: ReadonlyMap<string, string>;
  /** Packages with name and version. */
  packages: readonly string[];
  /** Files and folders of data, by address, with their hashes. */
  data: ReadonlyMap<string, string>;
  /** The processor and what was set for kernels, where last digits hang on them; empty elsewhere. */
  backend: string;
}

/** A module as `deno info --json` lists it. */
interface InfoModule {
  kind?: string;
  specifier: string;
  local?: string;
  error?: string;
  mediaType?: string;
  dependencies?: { specifier: string; code?: { specifier?: string; error?: string } }[];
  npmPackage?: string;
}

interface Info {
  roots: string[];
  modules: InfoModule[];
  redirects: Record<string, string>;
}

/** What numbers in the last digits hang on: set in the environment, and read by kernels and models. */
const BACKEND_VARIABLES = [
  "OFFPRINT_KERNELS",
  "OFFPRINT_VARIANT",
  "OFFPRINT_CC",
  "OFFPRINT_MODEL",
  "OFFPRINT_TEST_NOISE",
];

/** Packages whose last digits hang on the processor. */
const NATIVE_PACKAGES = /^(?:onnxruntime-node|@jax-js\/jax)@/;

/** The options with which a `deno` child finds this project's modules and packages. */
export async function denoOptions(): Promise<string[]> {
  const options = [];
  for (const [option, file] of [["--config", "deno.json"], ["--lock", "deno.lock"]] as const) {
    const url = new URL(file, HOME);
    if (await exists(url)) options.push(`${option}=${fileURLToPath(url)}`);
  }
  return options;
}

/**
 * Looks through a module and all that it imports, types left out. Dynamic imports count; of packages that are
 * imported by a variable's value, those count whose names stand as texts in the sources. Data are the files and
 * folders that exist where a text like `"../../data/…"` in a source points.
 *
 * @param store Remembers what sources mean, so that only changed ones are parsed.
 * @throws {UserError} where there is no such module, or one that it imports is missing.
 */
export async function moduleGraph(module: string, store?: SweepStore): Promise<ModuleGraph> {
  const info = await infoOf(module);
  const byAddress = new Map(info.modules.map((each) => [each.specifier, each]));
  const sources = new Map<string, string>();
  const packages = new Set<string>();
  const data = new Map<string, string>();
  const lock = await readJson<Lock>("deno.lock");
  const { imports = {} } = await readJson<{ imports?: Record<string, string> }>("import_map.json");
  const waiting = [...info.roots];
  const seen = new Set<string>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const address = info.redirects[next] ?? next;
    if (seen.has(address)) continue;
    seen.add(address);
    const found = byAddress.get(address);
    if (found?.error !== undefined) throw missing(module, found.error);
    if (address.startsWith("npm:") || found?.npmPackage !== undefined) {
      addPackage(packages, lock, found?.npmPackage ?? address);
      continue;
    }
    if (found?.local === undefined) continue; // node:…
    const bytes = await Deno.readFile(found.local);
    const text = new TextDecoder().decode(bytes);
    const program = /Script$/.test(found.mediaType ?? "");
    const own = hashOf(bytes);
    let meaning = program ? store?.meaning(own) : own;
    if (meaning === undefined) store?.keepMeaning(own, meaning = await meaningOf(text));
    sources.set(address, meaning ??= await meaningOf(text));
    for (const { code } of found.dependencies ?? []) {
      if (code?.error !== undefined) throw missing(module, code.error);
      if (code?.specifier !== undefined) waiting.push(code.specifier);
    }
    if (!program) continue;
    for (const literal of literalsOf(text)) {
      const mapped = imports[literal];
      if (mapped?.startsWith("npm:")) addPackage(packages, lock, mapped);
      if (/^\.\.?\/.*data\//.test(literal)) await addData(data, new URL(literal, address));
    }
  }
  const native = [...packages].some((name) => NATIVE_PACKAGES.test(name)) ||
    [...sources.keys()].some((address) => address.includes("/kernels/native/"));
  const backend = native ? backendOf() : "";
  const sorted = [...packages].sort();
  const relative = (address: string) => address.replace(HOME.href, "");
  const lines = [
    `deno ${Deno.version.deno}`,
    backend,
    ...[...sources, ...data].map(([address, hash]) => `${relative(address)} ${hash}`).sort(),
    ...sorted.map((name) => `${name} ${lock.npm?.[name]?.integrity ?? ""}`),
  ];
  return { hash: hashOf(lines.join("\n")), sources, packages: sorted, data, backend };
}

async function infoOf(module: string): Promise<Info> {
  const { code, stdout, stderr } = await runToEnd(Deno.execPath(), [
    "info",
    "--json",
    ...await denoOptions(),
    addressOf(module),
  ], { env: { NO_COLOR: "1" } });
  if (code !== 0) throw missing(module, stderr);
  return JSON.parse(stdout);
}

function missing(module: string, why: string): UserError {
  return new UserError({
    what: module,
    got: new Described(why.trim().split("\n")[0]!.replace(/^error: /, "")),
    expected: "a module whose imports all exist",
    todo: "Correct the name; papers have theirs in lib/papers/NAME/experiments.ts.",
  });
}

interface Lock {
  specifiers?: Record<string, string>;
  npm?: Record<string, { integrity?: string; dependencies?: string[] }>;
}

async function readJson<T extends object>(name: string): Promise<T> {
  return JSON.parse(await ifThere(readText(new URL(name, HOME))) ?? "{}") as T;
}

/** A package and those that it needs, as the lock file has them. */
function addPackage(packages: Set<string>, { specifiers = {}, npm = {} }: Lock, named: string) {
  const plain = named.replace(/^npm:\/?/, "").replace(/^(@?[^@]+@[^/]+)\/.*$/, "$1");
  const [, name = plain] = /^(@?[^@]+)@/.exec(plain) ?? [];
  const version = specifiers[`npm:${plain}`];
  const key = version === undefined ? plain : `${name}@${version}`;
  if (packages.has(key)) return;
  packages.add(key);
  for (const needed of npm[key]?.dependencies ?? []) {
    const full = needed in npm
      ? needed
      : Object.keys(npm).find((one) => one.startsWith(`${needed}@`));
    addPackage(packages, { specifiers, npm }, full ?? needed);
  }
}

/** Texts in quotes, wherever they stand. */
function literalsOf(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(/(["'`])([^"'`\n$]+)\1/g), ([, , inner]) => inner!));
}

async function addData(data: Map<string, string>, url: URL): Promise<void> {
  if (data.has(url.href)) return;
  const info = await ifThere(Deno.stat(url));
  if (info?.isFile) data.set(url.href, hashOf(await Deno.readFile(url)));
  if (!info?.isDirectory) return;
  const folder = url.href.endsWith("/") ? url : new URL(`${url.href}/`);
  const lines: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const inside = new URL(encodeURIComponent(name) + (isDirectory ? "/" : ""), folder);
    const inner = new Map<string, string>();
    await addData(inner, inside);
    for (const hash of inner.values()) lines.push(`${name} ${hash}`);
  }
  data.set(url.href, hashOf(lines.sort().join("\n")));
}

function backendOf(): string {
  const set = BACKEND_VARIABLES.map((name) => `${name}=${Deno.env.get(name) ?? ""}`);
  const compilers = ["cc", "gcc", "clang"].filter(isProgram);
  return [Deno.build.target, cpus()[0]?.model ?? "", ...compilers, ...set].join("; ");
}

function isProgram(name: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}

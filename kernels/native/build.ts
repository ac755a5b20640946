/**
 * Compiles the C kernels: once per machine, compiler and source.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  cacheFolder,
  type Compiler,
  findCompiler,
  NativeUnavailable,
  processor,
  runCompiler,
} from "./compiler.ts";
import { keptLibrary } from "./kept_library.ts";

/** An instruction set that the kernels are written for. */
export type Variant = "portable" | "avx2" | "avxvnni" | "avx512vnni" | "neon";

/** The variants, in the order of their numbers in `exports.c`. */
export const VARIANTS: readonly Variant[] = ["portable", "avx2", "avxvnni", "avx512vnni", "neon"];

/** How a library differs from the one that everybody runs. For tests. */
export interface BuildOptions {
  /** Emulate this variant's instructions with SIMDe, so that it runs on any processor. */
  readonly emulate?: Variant;
  /** Compile with the address and undefined-behaviour sanitizers. */
  readonly sanitize?: boolean;
}

/**
 * `-ffp-contract=off` keeps `a * b + c` two roundings, as in JavaScript; gcc fuses it by default. The
 * other two let loops with rounding and square roots vectorise and change no result.
 */
const FLAGS = [
  "-std=gnu11",
  "-fPIC",
  "-fvisibility=hidden",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-Wno-psabi",
];

/** Flags of each variant's file. Everything else is compiled for the oldest processor of its kind. */
const VARIANT_FLAGS: Readonly<Record<Variant, { arch: string; flags: readonly string[] }>> = {
  portable: { arch: "", flags: [] },
  avx2: { arch: "x86_64", flags: ["-mavx2", "-mf16c"] },
  avxvnni: { arch: "x86_64", flags: ["-mavx2", "-mf16c", "-mavxvnni"] },
  avx512vnni: {
    arch: "x86_64",
    flags: ["f", "bw", "dq", "vl", "vnni"].map((part) => `-mavx512${part}`).concat(["-mf16c"]),
  },
  neon: { arch: "aarch64", flags: ["-march=armv8.2-a+dotprod"] },
};

const SOURCE = fileURLToPath(new URL("./src", import.meta.url));
const COMMON = [
  "pool.c",
  "cpu.c",
  "portable.c",
  "exports_kv4.c",
  "exports_sampling.c",
  "yardsticks.c",
  "forward.c",
  "forward_attention.c",
  "fp32_forward.c",
  "training.c",
  "training_back.c",
  "adamw.c",
  "huge_pages.c",
  "profile.c",
  "rooms.c",
  "kept_memory.c",
];

/**
 * The path of the compiled library, compiled first where it is not kept already. A variant that the
 * compiler does not know is left out.
 *
 * @throws {NativeUnavailable} when there is no compiler, it fails, or its result cannot be kept.
 */
export async function buildLibrary(options: BuildOptions = {}): Promise<string> {
  if (Deno.build.os !== "linux" && Deno.build.os !== "darwin") {
    throw new NativeUnavailable(`not written for ${Deno.build.os}`);
  }
  const folder = cacheFolder();
  const compiler = await findCompiler();
  const extension = Deno.build.os === "darwin" ? "dylib" : "so";
  const key = await buildKey(compiler, await processor(), options);
  const build = (into: string) => compile(compiler, options, into);
  return await keptLibrary(folder, `kernels-${key}`, extension, build);
}

/** A hash of everything that decides what comes out: source, flags, compiler, processor. */
export async function buildKey(
  compiler: Compiler,
  processor: string,
  options: BuildOptions = {},
  source = SOURCE,
): Promise<string> {
  const parts = [compiler.command, compiler.version, processor];
  parts.push(JSON.stringify([flagsOf(options), VARIANT_FLAGS, COMMON, options]));
  const names: string[] = [];
  for await (const entry of Deno.readDir(source)) names.push(entry.name);
  for (const name of names.sort()) parts.push(name, await Deno.readTextFile(join(source, name)));
  const bytes = new TextEncoder().encode(parts.join("\0"));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.toHex().slice(0, 20);
}

/** Flags of every file. Emulated or instrumented code is long: optimising it takes half a minute. */
function flagsOf(options: BuildOptions): string[] {
  const flags = [...FLAGS, options.emulate || options.sanitize ? "-O0" : "-O3"];
  if (options.sanitize) flags.push("-g", "-fsanitize=address,undefined", "-fno-omit-frame-pointer");
  return flags;
}

/** Compiles and links in `folder`; returns the library's path there. */
async function compile(compiler: Compiler, options: BuildOptions, folder: string): Promise<string> {
  const flags = flagsOf(options);
  const object = async (source: string, more: readonly string[]): Promise<string> => {
    const to = join(folder, `${source}.o`);
    await run(compiler, [...flags, ...more, "-c", join(SOURCE, source), "-o", to]);
    return to;
  };

  const variants = options.emulate !== undefined
    ? [options.emulate]
    : VARIANTS.filter((variant) => VARIANT_FLAGS[variant].arch === Deno.build.arch);
  const emulated = options.emulate === undefined ? [] : ["-DOFFPRINT_SIMDE"];
  const common = COMMON.map((source) => object(source, []));
  const built = variants.map(async (variant) => {
    const emulate = variant === options.emulate;
    try {
      return await object(`${variant}.c`, emulate ? emulated : VARIANT_FLAGS[variant].flags);
    } catch (error) {
      if (emulate || !(error instanceof NativeUnavailable)) throw error;
      return null; // an older compiler: do without
    }
  });
  const objects = (await Promise.allSettled([...common, ...built])).map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
  const defines = variants
    .filter((_, i) => objects[COMMON.length + i] !== null)
    .map((variant) => `-DWITH_${variant.toUpperCase()}`);
  objects.push(await object("exports.c", [...defines, ...emulated]));

  const library = join(folder, "library");
  const given = objects.filter((path) => path !== null);
  const libraries = ["-lm", "-lpthread", ...(Deno.build.os === "linux" ? ["-ldl"] : [])];
  await run(compiler, ["-shared", ...flags, ...given, "-o", library, ...libraries]);
  return library;
}

/** Runs the compiler; its first line of complaint becomes the reason. */
async function run(compiler: Compiler, args: string[]): Promise<void> {
  const { code, stderr } = await runCompiler(compiler.command, args);
  if (code === 0) return;
  const complaint = stderr.split("\n").find((line) => /error/i.test(line));
  const what = args.findLast((arg) => arg.endsWith(".c")) ?? "linking";
  throw new NativeUnavailable(
    `${compiler.command} failed on ${what} (${complaint?.trim() ?? `exit code ${code}`})`,
  );
}

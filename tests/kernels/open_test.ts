/**
 * Choosing and building a backend: without a compiler, with a broken one, without a place to write,
 * without permissions, by several processes and several workers at once.
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KernelError, openKernels, quantizeWeights } from "kernels/mod.ts";
import { buildKey } from "kernels/native/build.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { openNative } from "kernels/native/mod.ts";
import { laneSum } from "kernels/reference/exact_math.ts";
import { workerInput } from "./open_worker.ts";

const CHILD = fileURLToPath(new URL("./open_child.ts", import.meta.url));
const native = await loadLibrary().then(() => undefined, (error: Error) => error.message);

/**
 * Opens the kernels in a process of its own and says what came of it. Whoever tests on a machine made
 * to look poorer has set some of our own variables: `env` counts alone.
 */
async function child(env: Record<string, string>, flags: string[] = ["-A"]) {
  const { OFFPRINT_KERNELS: _, OFFPRINT_VARIANT: __, OFFPRINT_CC, ...rest } = Deno.env.toObject();
  const compiler = OFFPRINT_CC && { OFFPRINT_CC };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-lock", ...flags, CHILD],
    env: { ...rest, ...compiler, NO_COLOR: "1", ...env },
    clearEnv: true,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stderr: text(stderr), stdout: text(stdout) };
}

/** Runs `test` with an empty folder that is removed afterwards. */
async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "offprint-kernels-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A compiler that does what `script` says; for systems with a POSIX shell. */
async function fakeCompiler(folder: string, script: string): Promise<string> {
  const path = join(folder, "fake-cc");
  await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}
const posix = Deno.build.os !== "windows";

Deno.test("no compiler: the reference is used, and said once", () =>
  withFolder(async (folder) => {
    const { code, stdout, stderr } = await child({ PATH: folder, OFFPRINT_CACHE: folder });
    assertEquals(code, 0, stderr);
    assertMatch(
      stdout,
      /^reference typescript 1\nreference, since .*no C compiler \(tried cc, gcc,/,
    );
    assertEquals(stderr.match(/Results are the same, slower/g)?.length, 1);
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

Deno.test({
  name: "a compiler that fails: the reference is used, and why is said",
  ignore: !posix,
  fn: () =>
    withFolder(async (folder) => {
      const broken = await fakeCompiler(
        folder,
        `[ "$1" = --version ] && echo fake 1.0 && exit 0\necho "x.c: error: no luck" >&2; exit 1`,
      );
      const { code, stdout, stderr } = await child({ OFFPRINT_CC: broken, OFFPRINT_CACHE: folder });
      assertEquals(code, 0, stderr);
      assertMatch(
        stdout,
        /^reference typescript 1\n.*fake-cc failed on .* \(x.c: error: no luck\)/,
      );
      assertEquals([...Deno.readDirSync(join(folder, "kernels"))], []);
    }),
});

Deno.test("a cache or a home that cannot be written, or none: the reference is used, and said once", () =>
  withFolder(async (folder) => {
    // Nobody can write below a file, whoever runs this.
    for (const file of ["file", ".cache", "Library"]) {
      await Deno.writeTextFile(join(folder, file), "");
    }
    const home = { OFFPRINT_CACHE: "", XDG_CACHE_HOME: "", DENO_DIR: join(folder, "deno") };
    for (
      const [env, why] of [
        [{ OFFPRINT_CACHE: join(folder, "file", "below") }, "cannot write to"],
        [{ ...home, HOME: folder }, "cannot write to"],
        [{ ...home, HOME: "" }, "no cache folder (set OFFPRINT_CACHE)"],
      ] as const
    ) {
      const { code, stdout, stderr } = await child({ ...env });
      assertEquals(code, 0, stderr);
      if (native === undefined) assertStringIncludes(stdout, why);
      assertMatch(stdout, /^reference typescript 1\n/);
      assertEquals(stderr.match(/Results are the same, slower/g)?.length, 1);
    }
  }));

Deno.test("a build is kept under source, flags, compiler and processor: another of any is another", () =>
  withFolder(async (folder) => {
    const source = fileURLToPath(new URL("../../kernels/native/src", import.meta.url));
    for await (const { name } of Deno.readDir(source)) {
      await Deno.copyFile(join(source, name), join(folder, name));
    }
    const compiler = { command: "cc", version: "cc 12.2.0" };
    const key = await buildKey(compiler, "linux x86_64 avx2");
    assertEquals(await buildKey({ ...compiler }, "linux x86_64 avx2", {}, folder), key);
    await Deno.writeTextFile(join(folder, "pool.c"), "\n", { append: true });
    const keys = [
      key,
      await buildKey(compiler, "linux x86_64 avx2", {}, folder),
      await buildKey(compiler, "linux x86_64 avx2", { sanitize: true }),
      await buildKey({ ...compiler, version: "cc 12.2.1" }, "linux x86_64 avx2"),
      await buildKey({ ...compiler, command: "gcc" }, "linux x86_64 avx2"),
      await buildKey(compiler, "linux x86_64 avx2 avx_vnni"),
    ];
    assertEquals(new Set(keys).size, keys.length);
  }));

Deno.test("no permissions: the reference is used, without asking", async () => {
  const { code, stdout, stderr } = await child({}, ["--allow-read"]);
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^reference typescript 1\n.*no permission to load it \(--allow-ffi\)/);
});

Deno.test("OFFPRINT_KERNELS and OFFPRINT_THREADS", async () => {
  const { stdout, stderr } = await child({ OFFPRINT_KERNELS: "reference" });
  assertEquals([stdout, stderr], ["reference typescript 1\nreference: asked for\n4\n", ""]);
  const unknown = await child({ OFFPRINT_KERNELS: "cuda" });
  assertEquals(unknown.code, 1);
  assertStringIncludes(
    unknown.stderr,
    "OFFPRINT_KERNELS: got cuda, expected one of reference, native",
  );
  if (native !== undefined) return;
  const threads = await child({ OFFPRINT_THREADS: "3" });
  assertMatch(threads.stdout, /^native \w+ 3\n/);
  for (const wrong of ["two", "0", "-1", "1.5"]) {
    const { code, stderr } = await child({ OFFPRINT_THREADS: wrong });
    assertEquals(code, 1);
    assertStringIncludes(stderr, "OFFPRINT_THREADS): got");
  }
});

Deno.test("no GPU adapter: the CPU is used where a GPU is only preferred, and said once", () =>
  withFolder(async (folder) => {
    // A graphics interface that this system does not have.
    const DENO_WEBGPU_BACKEND = Deno.build.os === "darwin" ? "dx12" : "metal";
    const env = { OFFPRINT_KERNELS: "webgpu", DENO_WEBGPU_BACKEND };
    const why = /since webgpu kernels cannot run: no GPU adapter\n/g;
    const { code, stdout, stderr } = await child(env);
    assertEquals(code, 0, stderr);
    assertMatch(
      stdout,
      /^(reference|native) .*\n.*, since webgpu kernels cannot run: no GPU adapter\n4\n$/,
    );
    assertEquals(stderr.match(why)?.length, 1);
    const neither = await child({ ...env, PATH: folder, OFFPRINT_CACHE: folder });
    assertMatch(neither.stdout, /^reference typescript 1\n/);
    assertEquals(neither.stderr.match(why)?.length, 1);
    assertStringIncludes(neither.stderr, "no C compiler");
  }));

Deno.test("a backend that is asked for and cannot be had is an error", async () => {
  await assertRejects(
    () => openKernels({ backend: "cuda" as "native" }),
    KernelError,
    "openKernels: backend: got cuda, expected one of reference, native",
  );
  if (native === undefined) {
    await assertRejects(
      () => openNative({ variant: "mmx" as "avx2" }),
      KernelError,
      "kernels: variant: got mmx, expected one that runs here: portable",
    );
  } else {
    await assertRejects(() => openKernels({ backend: "native" }), KernelError, native);
  }
});

Deno.test("closed kernels refuse to work", async () => {
  const weights = quantizeWeights(new Float32Array(32), 1, 32, 32);
  const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
  for (const backend of native === undefined ? ["reference", "native"] as const : [undefined]) {
    const kernels = await openKernels(backend === undefined ? {} : { backend });
    await kernels.linear(new Float32Array(32), 1, format, weights);
    kernels.close();
    await assertRejects(
      () => kernels.linear(new Float32Array(32), 1, format, weights),
      KernelError,
      "kernels: got kernels that are closed, expected kernels that are open. Open new ones with openKernels()",
    );
  }
});

Deno.test({
  name: native === undefined
    ? "two processes that compile at the same time"
    : `two processes that compile at the same time: skipped, ${native}`,
  ignore: native !== undefined || !posix,
  fn: () =>
    withFolder(async (folder) => {
      // The same compiler, not optimising: this is about files.
      const quick = await fakeCompiler(folder, `exec cc "$@" -O0`);
      const cache = join(folder, "cache");
      const env = { OFFPRINT_CC: quick, OFFPRINT_CACHE: cache };
      const both = await Promise.all([child(env), child(env)]);
      for (const { code, stdout, stderr } of both) {
        assertEquals(code, 0, stderr);
        assertMatch(stdout, /^native \w+ \d+\n.*\n4\n$/);
      }
      const kept = [...Deno.readDirSync(join(cache, "kernels"))].map(({ name }) => name);
      // Both may have built, with equal bytes or without.
      assert(kept.length === 1 || kept.length === 2, kept.join());
      assertMatch(kept[0]!, /^kernels-[0-9a-f]{20}\.[0-9a-f]{64}\.(so|dylib)$/);
      // What is kept serves without compiling again.
      await Deno.writeTextFile(
        quick,
        `#!/bin/sh\n[ "$1" = --version ] && exec cc --version\nexit 1\n`,
        { mode: 0o755 },
      );
      assertMatch((await child(env)).stdout, /^native \w+ \d+\n.*\n4\n$/);
      // Half a file is not loaded: here it cannot be built again either, so the reference serves.
      for (const name of kept) {
        const { size } = await Deno.stat(join(cache, "kernels", name));
        await Deno.truncate(join(cache, "kernels", name), size / 2);
      }
      const half = await child(env);
      assertEquals(half.code, 0, half.stderr);
      assertMatch(half.stdout, /^reference typescript 1\n.*fake-cc failed on /);
    }),
});

Deno.test("several workers of several processes use the kernels at once, and some end before the others", async () => {
  const script = fileURLToPath(new URL("./open_worker_child.ts", import.meta.url));
  const threads = native === undefined && Deno.build.os === "linux";
  const run = () =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", "--no-lock", script, ...threads ? ["mapped"] : []],
      env: { NO_COLOR: "1" },
    }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const x = workerInput();
  const reference = await openKernels({ backend: "reference" });
  const weights = quantizeWeights(x.w, x.rows, x.columns, x.format.blockSize);
  const expected = await reference.linear(x.x, x.x.length / x.columns, x.format, weights);
  for (const { code, stdout, stderr } of await Promise.all([run(), run()])) {
    assertEquals(code, 0, text(stderr));
    const { answers, mapped } = JSON.parse(text(stdout));
    assertEquals(answers, [0, 1, 2, 3].map(() => laneSum(expected)));
    if (threads) assertEquals(mapped, true);
  }
});

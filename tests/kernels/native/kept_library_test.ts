/** Where compiled kernels are kept: whole or not at all, unchanged, and written by nobody else. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { NativeUnavailable, runCompiler } from "kernels/native/compiler.ts";
import { keptLibrary } from "kernels/native/kept_library.ts";

/** A cache in a folder of its own; `build` writes a text and counts. */
async function withCache(
  test: (
    cache: { folder: string; built: string[]; keep(text: string): Promise<string> },
  ) => unknown,
): Promise<void> {
  const parent = await Deno.makeTempDir();
  const folder = join(parent, "kernels");
  const built: string[] = [];
  const keep = (text: string) =>
    keptLibrary(folder, "kernels-1", "so", async (into) => {
      built.push(text);
      await Deno.writeTextFile(join(into, "made"), text);
      return join(into, "made");
    });
  try {
    await test({ folder, built, keep });
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

const names = (folder: string) => Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
const ignore = Deno.build.os === "windows";

Deno.test({
  name: "a library is built once, kept under its hash, and only its owner may write it",
  ignore,
  fn: () =>
    withCache(async ({ folder, built, keep }) => {
      const path = await keep("one");
      assertEquals(await keep("two"), path);
      assertEquals([built, await Deno.readTextFile(path)], [["one"], "one"]);
      assertMatch(
        path,
        /kernels-1\.7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\.so$/,
      );
      assertEquals((await Deno.stat(path)).mode! & 0o777, 0o700);
      assertEquals((await Deno.stat(folder)).mode! & 0o777, 0o700);
    }),
});

Deno.test({
  name: "half a library, a changed one, a link and one that others may write are built again, once",
  ignore,
  fn: () =>
    withCache(async ({ folder, built, keep }) => {
      const path = await keep("the library");
      const spoil: (() => Promise<void>)[] = [
        () => Deno.truncate(path, 5),
        () => Deno.writeTextFile(path, "the Library"),
        () => Deno.chmod(path, 0o722),
        async () => {
          await Deno.rename(path, join(folder, "elsewhere"));
          await Deno.symlink(join(folder, "elsewhere"), path);
        },
        async () => {
          await Deno.remove(path);
          await Deno.mkdir(path);
        },
      ];
      for (const [at, change] of spoil.entries()) {
        await change();
        assertEquals(await keep("the library"), path);
        assertEquals(built.length, at + 2);
        assertEquals(await Deno.readTextFile(path), "the library");
        assertEquals((await Deno.lstat(path)).mode! & 0o777, 0o700);
      }
    }),
});

Deno.test({
  name: "a folder that others may write, or that is another user's, is not used",
  ignore,
  fn: () =>
    withCache(async ({ folder, built, keep }) => {
      const path = await keep("one");
      for (const mode of [0o720, 0o702, 0o777]) {
        await Deno.chmod(folder, mode);
        await assertRejects(
          () => keep("two"),
          NativeUnavailable,
          `${folder} can be written by others (mode ${
            mode.toString(8)
          }); make it yours alone, or set OFFPRINT_CACHE`,
        );
      }
      await Deno.chmod(folder, 0o755);
      assertEquals(await keep("two"), path);
      if (Deno.uid() === 0) {
        await Deno.chown(folder, 12345, null);
        await assertRejects(() => keep("two"), NativeUnavailable, "belongs to user 12345, this is");
        // A file of somebody else in our folder is built again.
        await Deno.chown(folder, 0, null);
        await Deno.chown(path, 12345, null);
        assertEquals(await keep("one"), path);
        assertEquals((await Deno.stat(path)).uid, 0);
      }
      assertEquals(new Set(built), new Set(["one"]));
    }),
});

Deno.test({
  name: "a build is kept whole or not at all, and what a killed one left goes",
  ignore,
  fn: () =>
    withCache(async ({ folder, keep }) => {
      const all = await Promise.all(["one", "two", "three"].map(keep));
      for (const path of all) assert(names(folder).some((name) => path.endsWith(name)), path);
      const kept = names(folder);
      const broken = (name: string, build: () => Promise<string>) =>
        assertRejects(() => keptLibrary(folder, name, "so", build));
      await broken("kernels-2", () => Promise.reject(new Error("broken")));
      assertEquals(names(folder), kept);
      const [left, recent] = ["build-left", "build-recent"].map((name) => join(folder, name));
      for (const build of [left!, recent!]) await Deno.mkdir(build);
      await Deno.utime(left!, 1, 1);
      await broken("kernels-2", () => Promise.reject(new Error("broken")));
      assertEquals(names(folder), ["build-recent", ...kept]);
      const below = join(folder, kept[0]!, "below");
      await assertRejects(
        () => keptLibrary(below, "kernels-1", "so", () => Promise.resolve("")),
        NativeUnavailable,
        `cannot write to ${below}`,
      );
    }),
});

Deno.test({
  name: "a compiler that writes nothing and one that hangs are told in one line",
  ignore,
  fn: () =>
    withCache(async ({ folder }) => {
      for (const write of [() => {}, (file: string) => Deno.writeTextFileSync(file, "")]) {
        await assertRejects(
          () =>
            keptLibrary(folder, "kernels-1", "so", (into) => {
              write(join(into, "made"));
              return Promise.resolve(join(into, "made"));
            }),
          NativeUnavailable,
          "the compiler ended well but wrote nothing",
        );
      }
      assertEquals(names(folder), []);
      // Its own child holds the pipe open and would outlive it.
      const compiler = join(folder, "cc");
      const script = '#!/bin/sh\nsleep 60 &\necho $! > "$1"\nwait\n';
      await Deno.writeTextFile(compiler, script, { mode: 0o755 });
      const file = join(folder, "pid");
      await assertRejects(
        () => runCompiler(compiler, [file], 500),
        NativeUnavailable,
        "cc had not ended after 0.5 s",
      );
      const pid = Number(await Deno.readTextFile(file));
      assert(pid > 0);
      // A process that has been ended may wait for whoever collects it.
      const state = /^State:\s*(\w)/m.exec(
        await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "State: X"),
      )?.[1];
      assert(["X", "Z"].includes(state!), state);
    }),
});

/** The native kernels under the address and undefined-behaviour sanitizers (gcc on Linux). */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { VARIANTS } from "kernels/native/build.ts";
import { loadLibrary } from "kernels/native/library.ts";
import { conformance } from "./mod.ts";

/** The runtime to preload, or why there is none. */
async function sanitizer(): Promise<{ path: string } | { missing: string }> {
  if (Deno.env.get("OFFPRINT_CC") === "") return { missing: "OFFPRINT_CC is set to nothing" };
  if (Deno.build.os !== "linux") return { missing: `not set up for ${Deno.build.os}` };
  try {
    const { stdout } = await new Deno.Command("gcc", { args: ["-print-file-name=libasan.so"] })
      .output();
    const path = new TextDecoder().decode(stdout).trim();
    return path.startsWith("/") ? { path } : { missing: "gcc has no libasan" };
  } catch {
    return { missing: "no gcc" };
  }
}

/** Runs the child with the sanitizer loaded before everything else. */
async function run(libasan: string, args: string[]) {
  const child = fileURLToPath(new URL("./sanitizer_child.ts", import.meta.url));
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", "--no-lock", child, ...args],
    env: {
      LD_PRELOAD: libasan,
      ASAN_OPTIONS: "detect_leaks=0",
      UBSAN_OPTIONS: "halt_on_error=1:print_stacktrace=1",
      OFFPRINT_CC: "gcc",
      OFFPRINT_KERNELS: "",
      NO_COLOR: "1",
    },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr) };
}

const found = await sanitizer();
if ("missing" in found) {
  Deno.test({ name: `sanitizers: skipped, ${found.missing}`, ignore: true, fn() {} });
} else {
  Deno.test("sanitizers: nothing to report in any variant", async () => {
    const { code, stdout, stderr } = await run(found.path, []);
    assertEquals(code, 0, stderr.slice(0, 4000));
    assertStringIncludes(stdout, `portable: ${conformance.length} checks`);
  });

  const { variants } = await loadLibrary();
  for (const variant of variants) {
    Deno.test(`sanitizers: a read past the end is reported, ${variant}`, async () => {
      const args = ["overflow", String(VARIANTS.indexOf(variant))];
      const { code, stderr } = await run(found.path, args);
      assert(code !== 0);
      assertStringIncludes(stderr, "AddressSanitizer");
    });
  }
}

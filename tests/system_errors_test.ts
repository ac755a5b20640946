import { constants } from "node:os";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { systemError } from "offprint/system_errors.ts";
import { ROOT } from "offprint/kit/project.ts";

async function line(use: () => unknown): Promise<string | undefined> {
  try {
    await use();
    return "nothing was thrown";
  } catch (error) {
    return systemError(error)?.message;
  }
}

Deno.test({
  name: "what the system says becomes one line with the file, the reason and the next step",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = join(folder, "file");
    try {
      await Deno.writeTextFile(file, "");
      await Deno.symlink("loop", join(folder, "loop"));
      const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = listener.addr as Deno.NetAddr;
      const cases: [use: () => unknown, message: string][] = [
        [() => Deno.writeTextFile("/dev/full", "x"), "/dev/full: got a full disk, expected room"],
        [() => Deno.writeTextFile(folder, "x"), `${folder}: got a folder, expected a file.`],
        [() => Deno.readTextFile(join(file, "a")), "got a file where the path has a folder"],
        [() => Deno.readTextFile(join(folder, "a")), `${folder}/a: got no such file or folder`],
        [() => Deno.readTextFile(join(folder, "loop")), "got links that lead to each other"],
        [() => Deno.readTextFile(join(folder, "n".repeat(300))), "got a name that is too long"],
        [() => Deno.mkdir(folder), `${folder}: got something of that name`],
        [() => Deno.remove(folder), `${folder}: got a folder with files`],
        [() => Deno.rename(join(folder, "a"), join(folder, "b")), `${folder}/b: got no such file`],
        [() => Deno.makeTempDir({ dir: join(folder, "a") }), "Set TMPDIR to a folder that can be"],
        [() => new Deno.Command(join(folder, "a")).spawn(), `${folder}/a: got no such file`],
        [() => Deno.listen({ hostname: "127.0.0.1", port }), "got a port in use"],
      ];
      for (const [use, message] of cases) {
        const said = await line(use);
        assertStringIncludes(said ?? "", message);
        assertEquals(said!.split("\n").length, 1);
      }
      listener.close();
      // A mistake of ours keeps its stack.
      assertEquals(await line(() => JSON.parse("{")), undefined);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** A command under a shell that first changes its surroundings. */
async function under(change: string, args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${change}; exec "$@"`, "sh", Deno.execPath(), "run", "-A", "--quiet", ...args],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out: out!, err: err! };
}

Deno.test({
  name: "commands in poor surroundings say one line, without a stack",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const main = ["--lock=deno.lock", "--frozen", "lib/commands/main.ts"];
    const verilog = await Deno.makeTempDir();
    const trained = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(join(verilog, "a.v"), "module a(input b, output c); endmodule\n");
      const augment = ["augment", verilog, "--flows", "completion", "--out"];
      const cases: [change: string, args: string[], message: string][] = [
        ["true", [...augment, "/dev/null"], "got a device"],
        ["true", [...augment, verilog], "got a folder"],
        ["true", [...augment, ""], "the name of a file"],
        ["true", [...augment, "lib/a.jsonl"], "got lib/a.jsonl, which holds sources"],
        ["true", [...augment, "deno.json"], "got deno.json, which holds sources"],
        ["true", [...augment, "/proc/none/a"], "/proc"],
        ["true", ["run", "--out", "."], "got the project's own folder"],
        ["true", ["run", "--out", "notebooks"], "got notebooks, which holds sources"],
        ["true", ["run", "--out", ""], "expected the name of a folder"],
        ["true", ["run", "--out", "README.md"], "README.md"],
        ["true", ["train", "tiny", "--out", "data"], "got data, which holds sources"],
        [
          "true",
          ["train", "tiny", "--out", trained, "--export", "--to", join(verilog, "model")],
          "--export: got no checkpoint of tiny",
        ],
      ];
      for (const [change, args, message] of cases) {
        const { code, out, err } = await under(change, [...main, ...args]);
        assertEquals([code, out], [2, ""], `${args.join(" ")}: ${err}`);
        assertStringIncludes(err, message, args.join(" "));
        const lines = err.trimEnd().split("\n");
        assert(!/\n\s+at /.test(err), err);
        assertEquals(lines.filter((line) => line.includes("expected")).length, 1, err);
      }
      const { code, out, err } = await under("export TMPDIR=/no/such/folder", [
        ...main,
        ...["run", "00", "--out", join(verilog, "out")],
      ]);
      assertEquals(code, 1, err);
      assertStringIncludes(
        out,
        "failed: 00-start-here: the folder of temporary files: got no such",
      );
      assert(!/\n\s+at /.test(out + err), out + err);
      await Deno.remove(join(verilog, "out"), { recursive: true });
      // What was there before is there now.
      assertEquals((await Deno.lstat("/dev/null")).isCharDevice, true);
      assertEquals([...Deno.readDirSync(verilog)].map(({ name }) => name), ["a.v"]);
    } finally {
      for (const made of [verilog, trained]) await Deno.remove(made, { recursive: true });
    }
  },
});

Deno.test("a system error that Deno does not name is known by its number", () => {
  const { EFBIG } = constants.errno;
  for (const [rest, what] of [[": writefile '/a/b'", "/a/b"], ["", "the system"]]) {
    assertEquals(
      systemError(new Error(`File too large (os error ${EFBIG})${rest}`))?.message,
      `${what}: got the largest size of a file here, expected room for the output. Raise ulimit -f.`,
    );
  }
  assertEquals(systemError(new Error("odd (os error 9999)")), undefined);
});

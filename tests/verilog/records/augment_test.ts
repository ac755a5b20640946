import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { stream } from "offprint/random.ts";
import { realVerilog } from "offprint/papers/chipgpt_ft/mod.ts";
import { SATURATING_COUNTER } from "offprint/verilog/designs/mod.ts";
import {
  augment,
  type AugmentedRecord,
  describeScript,
  folderSource,
  generatedSource,
  readScript,
  SCRIPT_LEVELS,
  scriptRecords,
  scriptRequest,
  writeScript,
} from "offprint/verilog/records/mod.ts";
import { YosysPool } from "offprint/verilog/tools/mod.ts";
import { summary } from "offprint/verilog/records/summary.ts";

const base = {
  flows: ["completion", "prose"] as const,
  seed: 1,
  completionsPerModule: 5,
  mutantsPerFile: 3,
  scripts: 7,
};

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("two runs do not write one file; a link and a mode stay", async () => {
  await inFolder(async (folder) => {
    const out = join(folder, "out.jsonl");
    const first = await Deno.open(`${out}.partial`, { write: true, create: true });
    await first.lock(true);
    const options = { ...base, scripts: 0, source: generatedSource(2, 1), out };
    await assertRejects(() => augment(options), UserError, "got another run that writes to it");
    first.close();
    await Deno.writeTextFile(out, "old");
    await Deno.chmod(out, 0o640);
    await augment(options);
    assertEquals((await Deno.stat(out)).mode! & 0o777, 0o640);
    assert((await Deno.readTextFile(out)).includes('"flow":'));
  });
});

Deno.test("a folder of good and bad files becomes records, and every bad one is named", async () => {
  await inFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await Deno.mkdir(file("sub"));
    await Deno.writeTextFile(file("sub/good.v"), SATURATING_COUNTER);
    await Deno.writeTextFile(file("copy.v"), SATURATING_COUNTER.replaceAll("cnt", "count"));
    await Deno.writeTextFile(file("broken.v"), "module m(");
    await Deno.writeTextFile(
      file("include.sv"),
      '`include "missing.vh"\nmodule inc(input a, output y); assign y = a; endmodule',
    );
    await Deno.writeTextFile(
      file("nested.v"),
      `module n; assign y = ${"(".repeat(20_000)}a${")".repeat(20_000)}; endmodule`,
    );
    await Deno.writeFile(file("binary.v"), new Uint8Array([1, 0, 2]));
    await Deno.writeFile(file("latin.v"), new Uint8Array([47, 47, 32, 0xe9]));
    await Deno.writeTextFile(file("large.v"), "x".repeat(1_000_001));
    await Deno.writeTextFile(file("comment.v"), "// nothing");
    await Deno.writeTextFile(file("empty.v"), "");
    await Deno.writeTextFile(
      file("odd.v"),
      "module odd(input a); initial fork a = 1; join endmodule",
    );
    await Deno.writeTextFile(file("notes.txt"), "no Verilog");
    const out = file("out.jsonl");
    const manifest = (await augment({ ...base, source: await folderSource(folder), out }))!;
    assertEquals(manifest.files, 11);
    assertEquals(manifest.duplicates, 1);
    const why = (name: string) => {
      const { reason, detail = "" } = manifest.skipped.find(({ file }) => file === name)!;
      return `${reason} (${detail})`;
    };
    assertEquals(manifest.skipped.map(({ file }) => [file, why(file)]), [
      ["binary.v", "binary, not text (a zero byte at 1)"],
      ["broken.v", "syntax error (line 1)"],
      ["comment.v", "no module ()"],
      ["empty.v", "no module ()"],
      ["large.v", "larger than 1000000 bytes, the most the parser is given (1000001 bytes)"],
      ["latin.v", "not UTF-8; iconv -t utf-8 can convert it ()"],
      ["nested.v", "nested deeper than 3000 syntax nodes (60009 deep)"],
    ]);
    const told = summary(manifest, out).split("\n");
    assert(told.includes("  skipped: 2 × no module: comment.v, empty.v"), told.join("\n"));
    assert(told.at(-1)!.includes("out.jsonl.manifest.json"));
    assertEquals(manifest.notes.modules, 3);
    assertEquals(manifest.notes.described, 2);
    assertEquals(Object.keys(manifest.notes.unsupported).length, 1);
    const lines = (await Deno.readTextFile(out)).trimEnd().split("\n");
    const records = lines.map((line) => JSON.parse(line) as AugmentedRecord);
    assertEquals(
      records.length,
      Object.values(manifest.tasks).reduce((sum, { records }) => sum + records, 0),
    );
    assertEquals(records.filter(({ split }) => split === "unsupported").length, 1);
    assert(records.every((record) => record.instruction !== "" && record.output !== ""));
  });
});

Deno.test("the data set is the same however often the run was stopped", async () => {
  await inFolder(async (folder) => {
    const source = () => generatedSource(25, 4);
    const whole = await augment({
      ...base,
      flows: ["completion", "prose", "scripts"],
      source: source(),
      out: join(folder, "a"),
    });
    const out = join(folder, "b");
    for (const stopAt of [3, 11]) {
      const stop = new AbortController();
      const options = {
        ...base,
        flows: ["completion", "prose", "scripts"] as const,
        source: source(),
        out,
      };
      const onProgress = (done: number) => done === stopAt ? stop.abort() : undefined;
      assertEquals(await augment({ ...options, onProgress, signal: stop.signal }), undefined);
    }
    const rest = await augment({
      ...base,
      flows: ["completion", "prose", "scripts"],
      source: source(),
      out,
    });
    assertEquals(rest, whole);
    assertEquals(await Deno.readTextFile(out), await Deno.readTextFile(join(folder, "a")));
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "a",
      "a.manifest.json",
      "b",
      "b.manifest.json",
    ]);
    assertEquals(whole!.tasks["prose to script"]!.records, 7);
  });
});

Deno.test("a run that is killed goes on where it last saved, and gives the same data set", async () => {
  await inFolder(async (folder) => {
    const script = new URL("../../../lib/commands/main.ts", import.meta.url).href;
    const command = (out: string) =>
      new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--quiet",
          "-A",
          "-q",
          script,
          "augment",
          "--generate",
          "300",
          "--flows",
          "prose,scripts",
          "--out",
          out,
        ],
        stdout: "null",
        stderr: "null",
        cwd: folder,
      });
    assertEquals((await command("whole").output()).code, 0);
    const child = command("killed").spawn();
    // Killed as soon as a state has been saved.
    for await (const _ of Deno.watchFs(folder)) {
      if (await Deno.stat(join(folder, "killed.progress.json")).then(() => true, () => false)) {
        break;
      }
    }
    child.kill("SIGKILL");
    await child.status;
    const { filesDone } = JSON.parse(await Deno.readTextFile(join(folder, "killed.progress.json")));
    // A state is saved after a hundred files, or after some seconds on a slow machine.
    assert(filesDone > 0 && filesDone < 300, String(filesDone));
    assertEquals((await command("killed").output()).code, 0);
    assertEquals(
      await Deno.readTextFile(join(folder, "killed")),
      await Deno.readTextFile(join(folder, "whole")),
    );
    assertEquals(
      await Deno.readTextFile(join(folder, "killed.manifest.json")),
      await Deno.readTextFile(join(folder, "whole.manifest.json")),
    );
  });
});

Deno.test("a file the tools object to is named with their words, and the run goes on", async () => {
  await inFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await Deno.writeTextFile(file("good.v"), SATURATING_COUNTER);
    await Deno.writeTextFile(
      file("include.v"),
      '`include "missing.vh"\nmodule inc(input a, output y); assign y = a; endmodule\n',
    );
    await Deno.writeTextFile(
      file("memory.v"),
      "module mem(input clk, we, input [25:0] a, input [7:0] d, output reg [7:0] q);\n" +
        "  reg [7:0] store [0:49999999];\n" +
        "  always @(posedge clk) begin if (we) store[a] <= d; q <= store[a]; end\nendmodule\n",
    );
    await using yosys = new YosysPool({ processes: 2, timeMs: 8000 });
    const options = { ...base, flows: ["repair"] as const, tools: { yosys }, mutantsPerFile: 8 };
    const manifest =
      (await augment({ ...options, source: await folderSource(folder), out: file("o") }))!;
    assertEquals(manifest.skipped.length, 1);
    const [{ file: name, reason, detail }] = manifest.skipped as [{
      file: string;
      reason: string;
      detail: string;
    }];
    assertEquals([name, reason], [
      "include.v",
      "repair: the tools object to the file as it is",
    ]);
    assert(/^Yosys: .*missing\.vh/.test(detail), detail);
    // Nobody can say within these limits what a silent mutant of fifty million words does.
    assert(manifest.notes.undecided > 0);
    const records = (await Deno.readTextFile(file("o"))).trimEnd().split("\n").map((line) =>
      JSON.parse(line) as AugmentedRecord
    );
    assert(records.some(({ origin }) => origin.file === "memory.v" && origin.class === "syntax"));
  });
});

Deno.test("the repair flow keeps confirmed mutants and never an unchanged file", async () => {
  await inFolder(async (folder) => {
    await using yosys = new YosysPool();
    const out = join(folder, "out.jsonl");
    const options = { ...base, flows: ["repair"] as const, source: generatedSource(4, 2), out };
    await assertRejects(() => augment(options), UserError, "no tools");
    const manifest = (await augment({ ...options, tools: { yosys } }))!;
    assertEquals(manifest.notes.mutants, 12);
    const records = (await Deno.readTextFile(out)).trimEnd().split("\n").map((line) =>
      JSON.parse(line) as AugmentedRecord
    );
    assert(records.length >= 12);
    for (const { task, input, output, origin } of records) {
      assert(!input.endsWith(output));
      assertEquals(task === "repair with report", /^(line \d+: )?(error|warning): /.test(input));
      assert(["syntax", "elaboration", "drivers", "behaviour"].includes(origin.class as string));
    }
  });
});

Deno.test("scripts say what was asked for, and a wrong one is seen", () => {
  for (const level of SCRIPT_LEVELS) {
    for (let at = 0; at < 20; at++) {
      const request = scriptRequest(level, stream(1, level, at));
      assertEquals(readScript(writeScript(request)), request);
      assert(describeScript(request).includes(request.design));
    }
  }
  const request = scriptRequest("mixed", stream(1));
  const script = writeScript(request);
  assert(
    JSON.stringify(readScript(script.replace(/period=[\d.]+/, "period=99"))) !==
      JSON.stringify(request),
  );
  assertEquals(readScript(script.replace("chip.run()", "")), undefined);
  assertEquals(readScript(script + "import os\n"), undefined);
  assertEquals([...scriptRecords(10, 1)].length, 10);
});

Deno.test("wrong folders and options give one line", async () => {
  await inFolder(async (folder) => {
    await assertRejects(() => folderSource(folder), UserError, "no file ending in .v");
    await assertRejects(() => folderSource(join(folder, "none")), UserError, "NotFound");
    const script = new URL("../../../lib/commands/main.ts", import.meta.url).href;
    for (
      const [args, words] of [
        [["x"], "--out"],
        [["--out", "o"], "one folder"],
        [["--frob"], "options among --out"],
        [["--out", "o", "x", "y"], "got 2 folders"],
        [["--out", "o", "--generate", "0"], "a whole number of at least 1."],
        [["--out", "o", "--generate", "many"], "--generate"],
        [["--out", "o", "--generate", "3", "--flows", "A9"], "--flows"],
      ] as const
    ) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "-q", script, "augment", ...args],
        cwd: folder,
      }).output();
      const text = new TextDecoder().decode(stderr).trim();
      assertEquals([code, text.split("\n").length], [2, 1], text);
      assert(text.includes(words), text);
    }
  });
});

/** Verilog that Debian's packages of the tools bring along: written by people, for other purposes. */
const installed = ["/usr/share/verilator", "/usr/share/doc/iverilog/examples", "/usr/share/yosys"]
  .filter((folder) => {
    try {
      return Deno.statSync(folder).isDirectory;
    } catch {
      return false;
    }
  });

Deno.test("real Verilog: no crash, every file is read or named, what has no rule is counted", {
  ignore: installed.length === 0,
}, async () => {
  await inFolder(async (folder) => {
    for (const [at, real] of installed.entries()) {
      const source = await folderSource(real);
      const out = join(folder, `${at}.jsonl`);
      const manifest = await augment({ ...base, source, out, scripts: 0 });
      assert(manifest !== undefined && manifest.files === source.count, real);
      const { notes, skipped } = manifest;
      const seen = new Set(skipped.map(({ file }) => file));
      assert(seen.size + manifest.duplicates < manifest.files, `${real}: nothing was read`);
      assert(notes.modules > 0 && notes.described <= notes.modules);
      const lost = notes.modules - notes.described;
      assertEquals(lost > 0, Object.keys(notes.unsupported).length > 0);
      const records = (await Deno.readTextFile(out)).trim().split("\n")
        .map((line) => JSON.parse(line) as AugmentedRecord);
      const prose = records.filter(({ task }) => task === "prose to Verilog");
      assertEquals(prose.length, notes.modules);
      for (const { split, input } of prose) {
        assertEquals(split === "unsupported", /^\d+\. Unsupported: /m.test(input));
      }
    }
  });
});

Deno.test("the stored counts of real Verilog add up", async () => {
  const { corpora } = await realVerilog();
  assert(corpora.length >= 3);
  for (const { package: name, flows, modules, described, mutants, records, ...rest } of corpora) {
    assert(described <= modules && rest.duplicates <= rest.files, name);
    assertEquals(records["prose to Verilog"], modules, name);
    assertEquals(mutants > 0 || rest.mutantsPerFile > 0, flows.includes("repair"), name);
    const dropped = rest.mismatched + rest.equivalent + rest.undecided;
    assertEquals(records["repair"] ?? 0, mutants - dropped, name);
  }
});

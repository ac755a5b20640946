import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { parseNotebook, stringifyNotebook } from "offprint/kit/pairs/mod.ts";
import type { CodeCell } from "offprint/kit/nbformat.ts";
import { Scratch, source } from "./scratch.ts";

const PARAMETERS: [string, string] = [
  `id="parameters" tags=["parameters"]`,
  `/** sizes */\nconst profile: "quick" | "full" = "quick";\n/** seed */\nconst seed: number = 1;`,
];

function codeCells(notebook: { cells: { cell_type: string }[] } | null): CodeCell[] {
  return (notebook?.cells ?? []).filter((cell) => cell.cell_type === "code") as CodeCell[];
}

Deno.test("a notebook that passes: outputs, counts, times, and the file in out/", async () => {
  await using scratch = await Scratch.make({
    "01-good": source(["const x = 20;", "console.log('x');\nx + 1", ""]),
  });
  const { "01-good": run } = await scratch.run();
  assertEquals([run!.ok, run!.cells, run!.errors, run!.report], [true, 2, [], ""]);
  assertEquals([...run!.cellSeconds.keys()], ["cell-1", "cell-2"]);
  const [, second] = codeCells(run!.notebook);
  assertEquals(second?.execution_count, 2);
  assertEquals(second?.outputs, [
    { output_type: "stream", name: "stdout", text: "x\n" },
    {
      output_type: "execute_result",
      execution_count: 2,
      data: { "text/plain": "21" },
      metadata: {},
    },
  ]);
  const path = join(scratch.out, "notebooks", "01-good.ipynb");
  const text = await Deno.readTextFile(path);
  assertEquals(stringifyNotebook(parseNotebook(text, "01-good.ipynb")), text);
  assertEquals(text, stringifyNotebook(run!.notebook!));
});

Deno.test("each way to fail names notebook, cell, line, reason and output; the others finish", async () => {
  const before = "console.log('so far');\n";
  await using scratch = await Scratch.make({
    "01-throws": source(["1", `${before}\nthrow new Error("boom");`, "never"]),
    "02-lost": source([`${before}void Promise.reject(new Error("gone"));`]),
    "03-exits": source([`${before}Deno.exit(3);`]),
    "04-busy": source([`${before}while (true);`], {
      cellSeconds: 0.5,
    }),
    "05-waits": source([`${before}await new Promise(() => {});`], { cellSeconds: 0.5 }),
    "06-syntax": source(["const a = 1;\nconst b = ;"]),
    "07-display": source([
      `({ [Symbol.for("Jupyter.display")]: () => { throw new Error("no picture") } })`,
    ]),
    "08-good": source(["'fine'"]),
  });
  const runs = await scratch.run();
  const summary = Object.fromEntries(
    Object.values(runs).map(({ id, errors }) => [id, errors.map((e) => `${e.cell}: ${e.message}`)]),
  );
  assertEquals(summary, {
    "01-throws": ["cell-2: it threw Error: boom"],
    "02-lost": ["cell-1: a promise was rejected and nobody awaited it: Error: gone"],
    "03-exits": ["cell-1: the kernel died (exit code 3; a cell must not call Deno.exit)"],
    "04-busy": [
      "cell-1: it did not end within 0.5 s (cellSeconds in the notebook's header); " +
      "the kernel was killed",
    ],
    "05-waits": [
      "cell-1: it did not end within 0.5 s (cellSeconds in the notebook's header); " +
      "the kernel was killed",
    ],
    "06-syntax": ["cell-1: SyntaxError: Expression expected"],
    "07-display": ["cell-1: it threw Error: no picture"],
    "08-good": [],
  });
  const report = runs["01-throws"]!.report;
  assertStringIncludes(report, '✗ 01-throws, cell "cell-2", line 3: it threw Error: boom');
  assertStringIncludes(report, '> 3 │ throw new Error("boom");');
  assertStringIncludes(report, "output so far:\n  │ so far");
  assertStringIncludes(runs["02-lost"]!.report, '> 2 │ void Promise.reject(new Error("gone"));');
  assertStringIncludes(runs["06-syntax"]!.report, "> 2 │ const b = ;");
  for (const id of ["02-lost", "04-busy", "05-waits"]) {
    assertStringIncludes(runs[id]!.report, "output so far:\n  │ so far");
  }
  for (const run of Object.values(runs)) {
    const outputs = codeCells(run.notebook).flatMap((cell) => cell.outputs);
    assertEquals(outputs.some((output) => output.output_type === "error"), !run.ok, run.id);
  }
  assertEquals(codeCells(runs["01-throws"]!.notebook)[2]?.execution_count, null);
});

Deno.test("output after a cell has ended fails that cell, and stays with it", async () => {
  const late = `let go = false;
const printed = Promise.withResolvers();
const timer = setInterval(() => {
  if (!go) return;
  clearInterval(timer);
  console.log("late");
  printed.resolve();
}, 1);`;
  await using scratch = await Scratch.make({
    "01-between": source([late, "go = true; await printed.promise; 'own'", "'not reached'"]),
    "02-at-the-end": source(["let n = 0; setInterval(() => console.log(++n), 20); undefined"]),
  });
  const runs = await scratch.run();
  const [first, second, third] = codeCells(runs["01-between"]!.notebook);
  assertEquals(runs["01-between"]!.errors.map(({ cell }) => cell), ["cell-1"]);
  assertMatch(runs["01-between"]!.errors[0]!.message, /after it had ended/);
  assertEquals(first?.outputs[0], { output_type: "stream", name: "stdout", text: "late\n" });
  assertEquals(second?.outputs.length, 1);
  assertEquals(third?.outputs.length, 0);
  assertEquals(runs["02-at-the-end"]!.errors.map(({ cell }) => cell), ["cell-1"]);
});

Deno.test("3 000 printed lines are all kept", async () => {
  await using scratch = await Scratch.make({
    "01-lines": source(["for (let i = 0; i < 3000; i++) console.log(i);", "'next'"]),
  });
  const { "01-lines": run } = await scratch.run();
  const [first, second] = codeCells(run!.notebook);
  const [output] = first!.outputs;
  assert(output?.output_type === "stream");
  assertEquals(output.text, Array.from({ length: 3000 }, (_, i) => `${i}\n`).join(""));
  assertEquals(second?.outputs.length, 1);
});

Deno.test("an updated display is stored as it stood last, in the cell that showed it", async () => {
  await using scratch = await Scratch.make({
    "01-update": source([
      `await Deno.jupyter.display({ "text/plain": "0 %" }, { raw: true, display_id: "bar" });`,
      `await Deno.jupyter.display({ "text/plain": "100 %" },
         { raw: true, display_id: "bar", update: true });`,
    ]),
  });
  const { "01-update": run } = await scratch.run();
  const outputs = codeCells(run!.notebook).map((cell) => cell.outputs);
  assertEquals(outputs, [
    [{ output_type: "display_data", data: { "text/plain": "100 %" }, metadata: {} }],
    [],
  ]);
});

Deno.test("parameters: --set and --profile change the cell that runs, wrong ones are refused", async () => {
  await using scratch = await Scratch.make({
    "01-with": source([PARAMETERS, "`${profile} ${seed} ${Deno.env.get('OFFPRINT_PROFILE')}`"]),
    "02-without": source(["1"]),
  });
  const runs = await scratch.run({ set: { seed: "7" }, profile: "full" });
  const [parameters, shown] = codeCells(runs["01-with"]!.notebook);
  assertStringIncludes(parameters!.source, "const seed: number = 7;");
  assertEquals(shown?.outputs.map((o) => "data" in o && o.data), [{
    "text/plain": '"full 7 full"',
  }]);
  assertEquals(runs["02-without"]!.ok, true);
  const unknown = await assertRejects(() => scratch.run({ set: { sed: "7" } }), UserError);
  assertEquals(
    unknown.message,
    `--set: got "sed", expected one of profile, seed. See deno task run NN --help, with a notebook's number for NN; what stands under "change me:" elsewhere is changed in the notebook itself.`,
  );
  await assertRejects(() => scratch.run({ set: { seed: "many" } }), UserError, "a number");
  const other = await assertRejects(
    () => scratch.run({ ids: ["02"], set: { seed: "7" } }),
    UserError,
  );
  assertStringIncludes(other.message, "these notebooks have no parameters");
});

Deno.test("notebooks are named by number, name or path; an unknown one lists those there are", async () => {
  await using scratch = await Scratch.make({ "01-a": source(["1"]), "02-b": source(["2"]) });
  assertEquals(Object.keys(await scratch.run({ ids: ["02"] })), ["02-b"]);
  assertEquals(Object.keys(await scratch.run({ ids: ["notebooks/01-a.ipynb", "01"] })), ["01-a"]);
  const error = await assertRejects(() => scratch.run({ ids: ["01", "99"] }), UserError);
  assertEquals(
    error.message,
    'notebook: got "99", expected one of 01-a, 02-b. Its two digits are enough.',
  );
  const asked = "expected one of 01-a, 02-b. Did you mean 02-b? Its two digits are enough.";
  for (const id of ["02-bb", "2"]) {
    await assertRejects(() => scratch.run({ ids: [id] }), UserError, asked);
  }
});

Deno.test("a folder without notebooks is told", async () => {
  await using scratch = await Scratch.make({});
  await assertRejects(() => scratch.run(), UserError, "got no notebook, expected files like");
});

Deno.test("a broken file fails its notebook with one line; the others run", async () => {
  await using scratch = await Scratch.make({
    "01-json": source(["1"]),
    "02-header": "// %%\n1\n",
    "04-good": source(["1"]),
  });
  await Deno.writeTextFile(join(scratch.folder, "01-json.ipynb"), '{\n "cells": [}');
  await Deno.writeTextFile(join(scratch.folder, "03-alone.ipynb"), "{}");
  const runs = await scratch.run();
  assertEquals(Object.values(runs).map(({ ok }) => ok), [false, false, false, true]);
  assertMatch(runs["01-json"]!.report, /^✗ 01-json\.ipynb.*not JSON.*$/);
  assertMatch(runs["02-header"]!.report, /^✗ 02-header\.ts:1: .*$/);
  assertMatch(runs["03-alone"]!.report, /^✗ 03-alone\.ts: got 03-alone\.ipynb alone.*$/);
  // Left as it was.
  assertEquals(await Deno.readTextFile(join(scratch.folder, "01-json.ipynb")), '{\n "cells": [}');
});

Deno.test("kernels run side by side; a notebook that measures begins first, and does it alone and last", async () => {
  const pause = "await new Promise((r) => setTimeout(r, 200));";
  const threads = 'Deno.env.get("OFFPRINT_THREADS")';
  // Each waits for the other: they can only end if they run beside one another.
  const meet = (me: string, other: string) =>
    `Deno.writeTextFileSync("${me}", "");
     while ([...Deno.readDirSync(".")].every(({ name }) => name !== "${other}")) { ${pause} }
     ${threads}`;
  const clock: [string, string] = ['id="clock" tags=["timing"]', threads];
  await using scratch = await Scratch.make({
    "01-a": source([pause]),
    "02-b": source([meet("b", "clock")]),
    "03-clock": source([meet("clock", "b"), clock, threads], { exclusive: true }),
  });
  const running = new Map<string, string>();
  const begun: string[] = [], seen = new Set<string>();
  const runs = await scratch.run({
    jobs: 2,
    earlierSeconds: new Map([["01-a", 1], ["02-b", 2]]),
    onEvent(event) {
      if (event.type === "start") begun.push(event.id);
      if (event.type === "end") running.delete(event.id);
      if (event.type !== "cell") return;
      const { cell, waiting } = event.progress;
      running.set(event.id, waiting ? "waits" : cell ?? "");
      seen.add([...running].map(([id, cell]) => `${id}: ${cell}`).sort().join(", "));
    },
  });
  assertEquals(begun, ["03-clock", "02-b", "01-a"]);
  assert(seen.has("02-b: cell-1, 03-clock: cell-1"), [...seen].join("\n"));
  assert(seen.has("01-a: cell-1, 03-clock: waits"));
  assertEquals([...seen].filter((cells) => cells.includes("03-clock: clock")), ["03-clock: clock"]);
  const { notebook, seconds, waitedSeconds, cellSeconds } = runs["03-clock"]!;
  const shown = codeCells(notebook!).map(({ outputs }) => JSON.stringify(outputs));
  const cores = availableParallelism();
  const beside = Math.max(1, Math.floor(cores / 2));
  assertEquals(
    shown.map((output) => /text\/plain":"(?:\\u001b\[\d+m)?\\"(\d+)/.exec(output)?.[1]),
    [beside, cores, beside].map(String),
  );
  assert(waitedSeconds > 0.2, `${waitedSeconds} s`);
  assert(seconds >= [...cellSeconds.values()].reduce((sum, one) => sum + one, 0), `${seconds} s`);
});

Deno.test("--write commits without timings; --check then finds nothing, and finds a change", async () => {
  const timing: [string, string] = [`id="clock" tags=["timing"]`, "console.log(Math.random());"];
  await using scratch = await Scratch.make({ "01-a": source(["'stable'", timing]) });
  const path = join(scratch.folder, "01-a.ipynb");
  const missing = await scratch.run({ check: true });
  assertMatch(missing["01-a"]!.errors[0]!.message, /no committed notebook/);
  assertEquals((await scratch.run({ write: true }))["01-a"]!.written, path);
  assertEquals((await scratch.run({ write: true }))["01-a"]!.written, null);
  const committed = parseNotebook(await Deno.readTextFile(path), "01-a.ipynb");
  assertEquals(codeCells(committed).map((cell) => cell.outputs.length), [1, 0]);
  assertEquals((await scratch.run({ check: true }))["01-a"]!.ok, true);

  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, text.replace("stable", "staple"));
  const { "01-a": changed } = await scratch.run({ check: true });
  assertEquals(changed!.ok, false);
  assertStringIncludes(changed!.report, `committed: "staple"\n      this run:  "stable"`);
});

Deno.test("what is saved while a notebook runs is not written over", async () => {
  await using scratch = await Scratch.make({ "01-a": source(["'stable'"]) });
  const path = join(scratch.folder, "01-a.ipynb");
  await scratch.run({ write: true });
  const before = await Deno.readTextFile(path);
  // The cell stands for the person who presses Save in Jupyter meanwhile.
  const saved = before.replace("stable", "saved in Jupyter");
  await Deno.writeTextFile(join(scratch.folder, "saved"), saved);
  const save = "Deno.copyFileSync('saved', '01-a.ipynb');";
  await Deno.writeTextFile(join(scratch.folder, "01-a.ts"), source(["'stable'", save]));
  const { "01-a": run } = await scratch.run({ write: true });
  assertEquals([run!.ok, run!.written], [false, null]);
  assertMatch(run!.errors[0]!.message, /got a change that was saved while it ran/);
  assertStringIncludes(run!.errors[0]!.message, join(scratch.out, "notebooks", "01-a.ipynb"));
  assertEquals(await Deno.readTextFile(path), saved);
});

Deno.test("edits made in Jupyter are not written over: --write refuses, a run says it", async () => {
  await using scratch = await Scratch.make({ "01-a": source(["'stable'"]) });
  const path = join(scratch.folder, "01-a.ipynb");
  await scratch.run({ write: true });
  const notebook = parseNotebook(await Deno.readTextFile(path), "01-a.ipynb");
  const edited = notebook.cells.map((cell) => ({ ...cell, source: "'typed in Jupyter'" }));
  const text = stringifyNotebook({ ...notebook, cells: edited });
  await Deno.writeTextFile(path, text);
  const { "01-a": refused } = await scratch.run({ write: true });
  assertMatch(refused!.errors[0]!.message, /edits in cell cell-1 that 01-a.ts does not have/);
  assertEquals(await Deno.readTextFile(path), text);
  const notes: string[] = [];
  const { "01-a": run } = await scratch.run({
    onEvent: (event) => event.type === "note" && notes.push(event.text),
  });
  assertEquals([run!.ok, notes.length], [true, 1]);
});

Deno.test("a notebook that fails is not committed", async () => {
  await using scratch = await Scratch.make({ "01-a": source(["throw 1;"]) });
  assertEquals((await scratch.run({ write: true }))["01-a"]!.written, null);
  await assertRejects(() => Deno.stat(join(scratch.folder, "01-a.ipynb")), Deno.errors.NotFound);
});

Deno.test("a broken identity fails its notebook; a trend that is not shown does not", async () => {
  const claim = (kind: string, verdict: string) =>
    `await Deno.jupyter.display({ "application/vnd.offprint.claim+json": { id: "01.${kind}",
       kind: "${kind}", verdict: "${verdict}", measured: 1, published: null,
       rule: { rule: "equals", value: 2 } }, "text/plain": "" }, { raw: true });`;
  await using scratch = await Scratch.make({
    "01-identity": source([claim("identity", "broken")]),
    "02-trend": source([claim("trend", "not shown"), claim("trend", "shown")]),
  });
  const runs = await scratch.run();
  assertEquals(runs["01-identity"]!.errors, [{
    cell: "cell-1",
    message: "claim 01.identity is broken: it must hold in every run",
  }]);
  assertEquals(runs["02-trend"]!.ok, true);
  // Claimed twice: the later verdict stands.
  assertEquals(runs["02-trend"]!.claims.map(({ record }) => record.verdict), ["shown"]);
});

Deno.test("a cell that hangs on the processor and does not say so fails --check and --write", async () => {
  const use = 'const { processorDependent } = await import("kernels/contract/processor.ts");\n' +
    'processorDependent("ONNX Runtime");';
  await using scratch = await Scratch.make({
    "01-untagged": source([use]),
    "02-tagged": source([[`tags=["native"]`, use]]),
  });
  // The scratch folder lies outside the project: its cells need the map.
  const map = new URL("../../../import_map.json", import.meta.url).href;
  await Deno.writeTextFile(
    join(scratch.folder, "deno.json"),
    JSON.stringify({ imports: { "kernels/": new URL("kernels/", map).href } }),
  );
  const plain = await scratch.run();
  assertEquals(Object.values(plain).map(({ errors }) => errors), [[], []]);
  const written = await scratch.run({ write: true });
  assertEquals(written["02-tagged"]!.errors, []);
  assertEquals(written["01-untagged"]!.errors, [{
    cell: "cell-1",
    message: "it computes with ONNX Runtime, whose last digits differ between processors: " +
      'add "native" to the tags in its header',
  }]);
});

Deno.test("--no-timing leaves out the cells that measure time, and agrees with what is committed", async () => {
  await using scratch = await Scratch.make({
    "01-timed": source([
      "1",
      [`id="timed" tags=["timing"]`, "await Promise.reject(new Error('was run'));"],
      "2",
    ]),
  });
  const written = await scratch.run({ noTiming: true, write: true });
  assertEquals([written["01-timed"]!.errors, written["01-timed"]!.cells], [[], 2]);
  const checked = await scratch.run({ noTiming: true, check: true });
  assertEquals(checked["01-timed"]!.errors, []);
});

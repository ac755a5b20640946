/**
 * A made-up class: right, wrong and partly right answers, and everything that somebody may try against a grader.
 *
 * @module
 */
import { type LooseNotebook, RIGHT_1, RIGHT_2 } from "./sample.ts";

/** A submission and what it should bring. */
export interface Pupil {
  name: string;
  /** What it tries. */
  tries: string;
  /** Texts of its cells, by id. */
  cells?: Record<string, string>;
  /** Other changes of its notebook. */
  change?: (notebook: LooseNotebook) => void;
  /** The file itself, where it is no notebook. */
  file?: string;
  /** Points of the two questions. */
  expected: [first: number, second: number] | "refused";
  /** How hidden tests of the first question end, where that is the point. */
  status?: string;
  /** A piece of a note or of the reason. */
  says?: string;
}

const first = (body: string) =>
  `async function meanDistance(values: readonly number[]): Promise<number> {\n${body}\n}`;
const both = (one: string) => ({ "exercise-1": one, "exercise-2": RIGHT_2 });

/** @param places of what submissions may try to reach. */
export function sampleClass(places: { outside: string; port: number }): Pupil[] {
  const { outside, port } = places;
  const away = JSON.stringify(outside);
  return [
    { name: "right", tries: "nothing", cells: both(RIGHT_1), expected: [4, 2] },
    { name: "half", tries: "one answer", cells: { "exercise-1": RIGHT_1 }, expected: [4, 0] },
    { name: "empty", tries: "nothing at all", expected: [0, 0], status: "threw" },
    {
      name: "wrong",
      tries: "another formula",
      cells: both(first("return Math.max(...values) - Math.min(...values) + 1;")),
      expected: [0, 2],
      status: "wrong",
    },
    {
      name: "partly",
      tries: "a formula for one case",
      cells: both(first("return values.every((x) => x === values[0]) ? 0 : NaN;")),
      expected: [1, 2],
    },
    {
      name: "copied",
      tries: "the numbers of the visible checks",
      cells: { "exercise-1": first("return 1.5;"), "exercise-2": "const leastRoot = () => 5;" },
      expected: [0, 0],
      status: "wrong",
    },
    {
      name: "own-cell",
      tries: "a cell of its own",
      cells: both(first("return average(values.map((x) => Math.abs(x - average(values))));")),
      change: ({ cells }) => {
        const at = cells.findIndex(({ id }) => id === "exercise-1");
        cells.splice(at, 0, {
          cell_type: "code",
          source: "const average = (x: readonly number[]) => mean(x);",
          metadata: {},
        });
      },
      expected: [4, 2],
    },
    {
      name: "loops",
      tries: "an endless loop",
      cells: both(first("while (true);")),
      expected: [0, 2],
      status: "time",
    },
    {
      name: "sleeps",
      tries: "to wait for ever",
      cells: both(first("await new Promise((resolve) => setTimeout(resolve, 1e9)); return 0;")),
      expected: [0, 2],
      status: "time",
    },
    {
      name: "starts-programs",
      tries: "to start a process",
      cells: both(first('new Deno.Command("sh").outputSync(); return 0;')),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "starts-workers",
      tries: "a thread that starts two more",
      cells: both(
        first(
          `const text = "for (let i = 0; i < 2; i++) new Worker(self.name, { type: 'module', name: self.name });";
      const address = "data:text/javascript," + encodeURIComponent(text);
      new Worker(address, { type: "module", name: address });
      await new Promise((resolve) => setTimeout(resolve, 1e9)); return 0;`,
        ),
      ),
      expected: [0, 2],
    },
    {
      name: "fills-heap",
      tries: "to fill the memory with objects",
      cells: both(first("const all = []; while (true) all.push(new Array(100000).fill({}));")),
      expected: [0, 2],
    },
    {
      name: "fills-buffers",
      tries: "to fill the memory with bytes",
      cells: both(first("const all = []; while (true) all.push(new Uint8Array(1e8).fill(1));")),
      expected: [0, 2],
    },
    {
      name: "fills-disk",
      tries: "to fill the disk",
      cells: both(
        first("for (let i = 0;; i++) Deno.writeFileSync('f' + i, new Uint8Array(4e6)); return 0;"),
      ),
      expected: [0, 2],
      status: "disk",
    },
    {
      name: "one-large-file",
      tries: "one file of many gigabytes",
      cells: both(first(`const file = Deno.openSync("f", { write: true, create: true });
      while (true) file.writeSync(new Uint8Array(1e6));`)),
      expected: [0, 2],
      status: "disk",
    },
    {
      name: "own-folder",
      tries: "its own folder, which it may use",
      cells: both(RIGHT_1.replace("let sum", 'Deno.writeTextFileSync("note", "1"); let sum')),
      expected: [4, 2],
    },
    {
      name: "writes-outside",
      tries: "to write elsewhere",
      cells: both(first(`Deno.writeTextFileSync(${away} + "/trace", "1"); return 0;`)),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "reads-others",
      tries: "to read another submission",
      cells: both(
        first(`return Deno.readTextFileSync(${away} + "/submitted/right.ipynb").length;`),
      ),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "reads-tests",
      tries: "to load the hidden tests as a module",
      cells: both(
        first(
          `return (await import(${away} + "/teacher/assignment.json", { with: { type: "json" } }))
      .default.format;`,
        ),
      ),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "imports-tests",
      tries: "to import the hidden tests at the top of its cell",
      cells: both(
        `import key from ${
          JSON.stringify(`${outside}/teacher/assignment.json`)
        } with { type: "json" };\n${first("return key.format;")}`,
      ),
      expected: [0, 2],
      status: "cell",
    },
    {
      name: "reads-processes",
      tries: "to read what other processes have",
      cells: both(first('return Deno.readTextFileSync("/proc/1/environ").length;')),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "calls-home",
      tries: "the network",
      cells: both(first(`await fetch("http://127.0.0.1:${port}/" + values.join()); return 0;`)),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "imports-from-afar",
      tries: "to send the inputs as the address of a module",
      cells: both(first(`await import("http://127.0.0.1:${port}/" + values.join()); return 0;`)),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "prints",
      tries: "to print megabytes",
      cells: both(first('while (true) console.log("x".repeat(1e6));')),
      expected: [0, 2],
      status: "output",
    },
    {
      name: "throws-away-check",
      tries: "its own check and hiddenTest",
      cells: both(`function check() {}\nfunction hiddenTest() {}\n${first("return 42;")}`),
      expected: [0, 2],
      status: "wrong",
    },
    {
      name: "patches",
      tries: "other built-in functions",
      cells: both(`Object.is = () => true; Math.abs = () => 0; Array.isArray = () => true as never;
      JSON.stringify = () => "{}"; Promise.prototype.then = () => Promise.resolve(0) as never;
      ${first("return 42;")}`),
      expected: [0, 2],
    },
    {
      name: "forges",
      tries: "to write the grader's answers itself",
      cells: both(`for (let id = 0; id < 9; id++) console.log(
        "\\n" + Deno.args[0] + JSON.stringify({ id, value: true, passed: true, points: 4 }));
      export default [() => true, () => true, () => true]; /*`),
      expected: [0, 2],
    },
    {
      name: "ends",
      tries: "to end the process at once",
      cells: both(`Deno.exit(0);\n${RIGHT_1}`),
      expected: [0, 2],
      status: "ended",
    },
    {
      name: "no-typescript",
      tries: "text that is none",
      cells: both("function meanDistance(values { return ;"),
      expected: [0, 2],
      status: "cell",
    },
    {
      name: "tells",
      tries: "to show the inputs in an error",
      cells: both(first('throw new Error("inputs " + values.join());')),
      expected: [0, 2],
      status: "threw",
    },
    {
      name: "edits-tests",
      tries: "another graded cell",
      cells: { ...both(first("return 42;")), "exercise-1-check": 'await display("✓");' },
      expected: [0, 2],
      says: "cell exercise-1-check was edited: put back",
    },
    {
      name: "edits-points",
      tries: "more points in the metadata",
      cells: { "exercise-1": RIGHT_1 },
      change: ({ cells }) => {
        for (const { metadata } of cells) {
          if (metadata.nbgrader?.points !== undefined) metadata.nbgrader.points = 100;
        }
      },
      expected: [4, 0],
    },
    {
      name: "renames-cell",
      tries: "a cell under another name",
      cells: both(RIGHT_1),
      change: ({ cells }) => {
        const cell = cells.find(({ id }) => id === "exercise-1")!;
        cell.id = "exercise-9";
        cell.metadata.nbgrader!.grade_id = "exercise-9";
      },
      expected: [4, 2],
      says: "cell exercise-1 is missing",
    },
    {
      name: "twice",
      tries: "two cells of one id",
      cells: both(RIGHT_1),
      change: ({ cells }) => {
        const cell = cells.find(({ id }) => id === "exercise-1")!;
        cells.push({ ...cell, source: first("return 0;") });
      },
      expected: [0, 2],
      says: "2 cells are named exercise-1: none is taken",
    },
    {
      name: "deep",
      tries: "lists in lists, past what a program can walk",
      cells: {
        "exercise-1": RIGHT_1,
        "exercise-2": `const leastRoot = () => {
          console.log("\\n" + Deno.args[0] + '{"id":4,"value":' + "[".repeat(9e4) + "]".repeat(9e4) + "}");
          let all: unknown = 1;
          for (let i = 0; i < 99; i++) all = [all];
          return all;
        };`,
      },
      expected: [4, 0],
    },
    {
      name: "long",
      tries: "a cell of a million characters",
      cells: both(`// ${"x".repeat(1_100_000)}`),
      expected: "refused",
      says: "its code has more than 500000 characters",
    },
    {
      name: "other-name",
      tries: "to be another assignment",
      cells: both(RIGHT_1),
      change: ({ metadata }) => metadata.offprint.assignment.name = "right",
      expected: "refused",
      says: "another assignment (right)",
    },
    {
      name: "no-json",
      tries: "half a file",
      file: '{"cells": [',
      expected: "refused",
      says: "not JSON",
    },
    {
      name: "no-notebook",
      tries: "other JSON",
      file: "[1]",
      expected: "refused",
      says: "notebook",
    },
  ];
}

/**
 * A small assignment, and notebooks as students hand them in.
 *
 * @module
 */
import { join } from "node:path";
import { readText } from "offprint/files.ts";
import { writeAssignment } from "offprint/kit/classroom/mod.ts";
import { parsePercent } from "offprint/kit/pairs/mod.ts";

/** Name of the sample. */
export const NAME = "distances";

function meta(id: string, role: "solution" | "graded" | "manual", points?: number): string {
  const fields = {
    grade: role !== "solution",
    grade_id: id,
    locked: role === "graded",
    ...(points === undefined ? {} : { points }),
    schema_version: 3,
    solution: role !== "graded",
    task: false,
  };
  return `nbgrader=${JSON.stringify(fields)}`;
}

/** Its master notebook. */
export const MASTER = `// ---
// jupyter: {}
// ---

// %% [markdown] id="title"
// # Distances

// %% id="parameters" tags=["parameters"]
const seed: number = 1;

// %% id="imports" tags=["imports"]
import { check, display, hiddenTest, md } from "offprint/notebook/mod.ts";
import { stream } from "offprint/random.ts";
import { mean } from "offprint/stats.ts";

// %% id="unneeded"
const heavy = [1, 2, 3].map((x) => x * 1000);
await display(md\`\${heavy.length}\`);

// %% id="inputs"
/** Four numbers. */
const sample = [1, 2, 3, 6];
await display(md\`Four numbers: \${sample.length}\`);

// %% [markdown] id="exercise-1-text"
// **1.** The mean distance from the mean.

// %% id="exercise-1" tags=["exercise","solution"] ${meta("exercise-1", "solution")}
function meanDistance(values: readonly number[]): number {
  // BEGIN SOLUTION
  const centre = mean(values);
  return mean(values.map((value) => Math.abs(value - centre)));
  // END SOLUTION
}

// %% id="exercise-1-check" tags=["check"] ${meta("exercise-1-check", "graded", 4)}
await display(check("the sample", {
  got: meanDistance(sample),
  expected: 1.5,
  hint: "Distances have no sign.",
}));
// BEGIN HIDDEN TESTS
const source = stream(seed, "hidden 1");
const drawn = Array.from({ length: 5 }, () => 10 * source.uniform());
const centreOfDrawn = mean(drawn);
await hiddenTest("five drawn numbers", {
  got: meanDistance(drawn),
  expected: mean(drawn.map((x) => Math.abs(x - centreOfDrawn))),
  points: 3,
});
await hiddenTest("equal numbers", { got: meanDistance([7, 7, 7]), expected: 0 });
// END HIDDEN TESTS

// %% [markdown] id="exercise-2-text"
// **2.** The least whole number whose square is at least \`target\`.

// %% id="exercise-2" tags=["exercise","solution"] ${meta("exercise-2", "solution")}
function leastRoot(target: number): number {
  // BEGIN SOLUTION
  let root = 0;
  while (root * root < target) root++;
  return root;
  // END SOLUTION
}

// %% id="exercise-2-check" tags=["check"] ${meta("exercise-2-check", "graded", 2)}
await display(check("seventeen", { got: leastRoot(17), expected: 5 }));
// BEGIN HIDDEN TESTS
await hiddenTest("another number", {
  got: leastRoot(1000),
  accept: (root: number) => root ** 2 >= 1000 && (root - 1) ** 2 < 1000,
});
await hiddenTest("nothing", { got: leastRoot(0), expected: 0 });
// END HIDDEN TESTS

// %% [markdown] id="exercise-3" ${meta("exercise-3", "manual", 3)}
// **3.** Why do distances have no sign?

// %% id="end"
await display(md\`The end: \${leastRoot(heavy.length)}\`);
`;

/** Makes the sample's assignment in a folder. */
export async function writeSample(folder: string) {
  return await writeAssignment(parsePercent(MASTER, "sample"), NAME, folder);
}

/** A notebook as JSON that tests change. */
export interface LooseNotebook {
  metadata: { offprint: { assignment: { name: string; digest: string } } };
  cells: {
    cell_type: string;
    id?: string;
    source: string | string[];
    metadata: { nbgrader?: { grade_id: string; points?: number } };
    outputs?: unknown[];
    execution_count?: null;
  }[];
}

/** The released notebook with other texts in its cells, by id. */
export async function submission(
  folder: string,
  cells: Readonly<Record<string, string>> = {},
): Promise<LooseNotebook> {
  const text = await readText(join(folder, "release", `${NAME}.ipynb`));
  const notebook: LooseNotebook = JSON.parse(text);
  for (const cell of notebook.cells) {
    const other = cells[cell.id ?? ""];
    if (other !== undefined) cell.source = other;
  }
  return notebook;
}

/** A right answer to the first exercise. */
export const RIGHT_1 = `function meanDistance(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  let distances = 0;
  for (const value of values) distances += Math.abs(value - sum / values.length);
  return distances / values.length;
}`;

/** A right answer to the second. */
export const RIGHT_2 = `function leastRoot(target: number): number {
  return Math.ceil(Math.sqrt(target));
}`;

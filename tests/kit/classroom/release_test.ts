import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { UserError } from "offprint/errors.ts";
import { exists, readText } from "offprint/files.ts";
import { checksumOf, nbgraderOf, regionsOf, writeAssignment } from "offprint/kit/classroom/mod.ts";
import { parseNotebook, parsePercent } from "offprint/kit/pairs/mod.ts";
import { MASTER, NAME, writeSample } from "./sample.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "classroom-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what students get holds the exercises and what they need, in nbgrader's form", () =>
  inFolder(async (folder) => {
    await writeSample(folder);
    const file = `release/${NAME}.ipynb`;
    const { cells } = parseNotebook(await readText(join(folder, file)), file);
    assertEquals(cells.map(({ id }) => id), [
      "assignment-introduction",
      "assignment-imports",
      "imports",
      "inputs",
      "exercise-1-text",
      "exercise-1",
      "exercise-1-check",
      "exercise-2-text",
      "exercise-2",
      "exercise-2-check",
      "exercise-3",
    ]);
    for (const cell of cells) {
      const meta = nbgraderOf(cell, file);
      if (meta !== undefined) {
        assertEquals(meta.checksum, checksumOf(cell.source, cell.cell_type, meta));
      }
    }
    const text = cells.map(({ source }) => source).join("\n");
    assert(text.includes('throw new Error("exercise-1: your code here");'));
    assert(!text.includes("1.5") && !/HIDDEN|SOLUTION|heavy/.test(text));
    assert(!text.includes("has the formulas"), "students do not have the teacher's file");
    assertEquals(/"digest":"([0-9a-f]{32})"/.exec(text)?.[1]?.length, 32);
  }));

Deno.test("students are sent to the formulas of a paper of the project", () =>
  inFolder(async (folder) => {
    await writeAssignment(parsePercent(MASTER, "sample"), "02-specdec-theory", folder);
    const file = "release/02-specdec-theory.ipynb";
    const { cells } = parseNotebook(await readText(join(folder, file)), file);
    assert(cells[0]!.source.endsWith("The notebook 02-specdec-theory has the formulas."));
  }));

const REFUSALS: [what: string, master: string, message: string][] = [
  [
    "a key that fails a test",
    MASTER.replace("while (root * root < target) root++;", "while (root < target) root++;"),
    "a key that fails exercise-2-check: seventeen (wrong)",
  ],
  [
    "a test that passes by an empty answer",
    MASTER.replace("got: leastRoot(0), expected: 0", "got: 0, expected: 0"),
    "exercise-2-check: nothing (passed) passed by an empty answer",
  ],
  [
    "a cell that needs an answer to run",
    MASTER.replace(
      "function leastRoot(target",
      "const wide = meanDistance([1, 2]);\nfunction leastRoot(target",
    ),
    "an empty notebook whose cells fail: Error: exercise-1: your code here",
  ],
  [
    "a solution that stands elsewhere too",
    MASTER.replace(
      "/** Four numbers. */",
      "/** Four numbers. Later: const centre = mean(values); */",
    ),
    'the line "constcentre=mean(values);" of cell exercise-1 in the released cell inputs',
  ],
  [
    "a hidden test that stands elsewhere too",
    MASTER.replace("**2.** The", '**2.** `const source = stream(seed, "hidden 1");` The'),
    "of cell exercise-1-check in the released cell exercise-2-text",
  ],
];

for (const [what, master, message] of REFUSALS) {
  Deno.test(`refused, and nothing written: ${what}`, () =>
    inFolder(async (folder) => {
      const error = await assertRejects(
        () => writeAssignment(parsePercent(master, "sample"), NAME, folder),
        UserError,
      );
      assert((error as Error).message.includes(message), (error as Error).message);
      assert(!await exists(join(folder, "release")) && !await exists(join(folder, "teacher")));
    }));
}

Deno.test("regions that are nested or have one end are refused", () => {
  for (
    const text of [
      "// BEGIN SOLUTION\n// BEGIN HIDDEN TESTS\n",
      "// END SOLUTION\n",
      "// BEGIN SOLUTION\n",
      "// BEGIN SOLUTION\n// END HIDDEN TESTS\n",
    ]
  ) {
    let message = "";
    try {
      regionsOf(text, "cell a");
    } catch (error) {
      message = (error as Error).message;
    }
    assert(message.startsWith("cell a: got "), text);
  }
});

/**
 * A reader changes the numbers marked "change me": every notebook must then still run whole. All proposals of a
 * notebook are tried in one run at small sizes.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Notebook, tagsOf } from "offprint/kit/nbformat.ts";
import {
  markedNumbers,
  notebookIds,
  parsePercent,
  printPercent,
  withProposal,
} from "offprint/kit/pairs/mod.ts";
import { ROOT } from "offprint/kit/project.ts";
import { runNotebooks } from "offprint/kit/runner/mod.ts";

/** Sizes at which a notebook takes seconds, by the parameters that notebooks have. */
const SIZES: Record<string, number> = {
  runs: 1000,
  decoderRuns: 200,
  modelTexts: 8,
  modelTokens: 16,
  texts: 4,
  textTokens: 40,
  liveTexts: 4,
  lawRuns: 40,
  modules: 60,
  broken: 12,
  seeds: 3,
  tokens: 20,
  worlds: 2,
  functions: 3,
  ablationSteps: 8,
};

/**
 * Lines of long cells with what takes their place, where no parameter says how long they take. A line that a notebook
 * does not have any more only makes it take longer.
 */
const SHORTER: readonly (readonly [line: string, shorter: string])[] = [
  [
    "asDocuments(committedTexts.evaluation);",
    "asDocuments(committedTexts.evaluation.slice(0, 4));",
  ],
  [
    "trial < 5; trial++) trials.push(await layerTrial",
    "trial < 2; trial++) trials.push(await layerTrial",
  ],
  ["i < 2000; i++) {\n  const pair = randomPair(", "i < 200; i++) {\n  const pair = randomPair("],
  ["neighboursOfOutlier([4, 8], ratio, seed)", "neighboursOfOutlier([4, 8], ratio, seed, 1000)"],
  ["test.slice(0, 60)", "test.slice(0, 20)"],
  ["fixed: { groupSize, model: modelName },", "fixed: { groupSize, model: modelName, texts: 1 },"],
  [
    "fixed: { eightBits: `κ = ${threshold}`, blockSize, model: modelName },",
    "fixed: { eightBits: `κ = ${threshold}`, blockSize, model: modelName, texts: 1 },",
  ],
  ['const trained = profile === "quick" ? EVERY : STEPS;', "const trained = 6;"],
];

/** The notebook with every proposal in the place of its number, and what was changed. */
function changed(notebook: Notebook): { notebook: Notebook; changes: string[] } {
  const changes: string[] = [];
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type !== "code") return cell;
    let { source } = cell;
    // From the end, so that the places of those before stay.
    for (const marked of markedNumbers(source).toReversed()) {
      if (marked.proposed === undefined || Object.hasOwn(SIZES, marked.name)) continue;
      source = withProposal(source, marked);
      changes.push(`${marked.name} = ${marked.proposed}`);
    }
    if (tagsOf(cell).includes("parameters")) {
      for (const [name, size] of Object.entries(SIZES)) {
        source = source.replace(new RegExp(`(const ${name}: number = )[\\d.]+;`), `$1${size};`);
      }
    }
    for (const [line, shorter] of SHORTER) source = source.replace(line, shorter);
    return { ...cell, source };
  });
  return { notebook: { ...notebook, cells }, changes };
}

const folder = join(ROOT, "notebooks");
const ids = await notebookIds(folder);

for (const id of ids) {
  Deno.test(`a reader changes the marked numbers of ${id}, and it runs whole`, async () => {
    const text = await Deno.readTextFile(join(folder, `${id}.ts`));
    const { notebook, changes } = changed(parsePercent(text, `${id}.ts`));
    assert(changes.length > 0, `${id} has no "change me:" with a value to try`);
    const scratch = await Deno.makeTempDir({ prefix: "offprint-change-" });
    try {
      const config = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
      await Deno.writeTextFile(
        join(scratch, "deno.json"),
        JSON.stringify({
          ...config,
          importMap: join(ROOT, "import_map.json"),
          lock: { path: join(ROOT, "deno.lock"), frozen: true },
        }),
      );
      await Deno.writeTextFile(join(scratch, `${id}.ts`), printPercent(notebook));
      const { papers } = await runNotebooks({
        folder: scratch,
        ids: [id],
        noTiming: true,
        outDir: join(scratch, "out"),
      });
      assertEquals(papers.map(({ ok, report }) => [ok, report]), [[true, ""]], changes.join(", "));
    } finally {
      await Deno.remove(scratch, { recursive: true });
    }
  });
}

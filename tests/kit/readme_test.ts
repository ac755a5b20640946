/** The parts of README.md that are generated: from the ledger and the claims in committed notebooks, and nothing else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { writeAssignment } from "offprint/kit/classroom/mod.ts";
import { parsePercent } from "offprint/kit/pairs/mod.ts";
import { expectedReadme, writeReadme } from "offprint/kit/readme/mod.ts";
import { claimJson, paperJson } from "../notebook/papers.ts";

const README = `# A

<!-- papers -->
old
<!-- end of papers -->

<!-- not shown -->
<!-- end of not shown -->
end
`;

/** A notebook with these claims in its outputs. */
function notebook(records: Record<string, unknown>[]): string {
  const outputs = records.map((record) => ({
    output_type: "display_data",
    metadata: {},
    data: { "application/vnd.offprint.claim+json": record },
  }));
  const cell = {
    cell_type: "code",
    id: "claims",
    metadata: {},
    execution_count: 1,
    source: "",
    outputs,
  };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
}

async function inProject(use: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(root, "data", "papers"), { recursive: true });
    await Deno.mkdir(join(root, "notebooks"));
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("README counts verdicts and says of each claim that is not shown what it states, what came out and why", async () => {
  await inProject(async (root) => {
    const gain = claimJson({
      id: "77.gain",
      statement: "More is better.",
      kind: "trend",
      reason: "Twelve seeds.",
      check: { rule: "intervalAbove", bound: 0 },
    });
    const speed = claimJson({ id: "77.speed", kind: "measurement" });
    const paper = paperJson({ notebook: "77-test", claims: [claimJson(), gain, speed] });
    await Deno.writeTextFile(join(root, "data", "papers", "77-test.json"), JSON.stringify(paper));
    const measured = { mean: -0.25, low: -0.5, high: 0.125, n: 12 };
    await Deno.writeTextFile(
      join(root, "notebooks", "77-test.ipynb"),
      notebook([
        { id: "77.sum", kind: "identity", verdict: "holds", measured: 4 },
        { id: "77.gain", kind: "trend", verdict: "not shown", measured },
        { id: "77.speed", kind: "measurement", verdict: "not shown", measured: 1 },
      ]),
    );
    assertEquals(await writeReadme(root), false, "a project without README");
    await Deno.writeTextFile(join(root, "README.md"), README);
    assertEquals(await writeReadme(root, { dry: true }), true);
    assertEquals(await Deno.readTextFile(join(root, "README.md")), README);
    assertEquals(await writeReadme(root), true);
    const text = await Deno.readTextFile(join(root, "README.md"));
    assertStringIncludes(
      text,
      "| 77 | [On &lt;sums> & products](notebooks/77-test.ipynb) | 1 |  | 1 |  |",
    );
    assertStringIncludes(
      text,
      "- `77.gain`, decided in cell `claims`: More is better. The mean of 12 is -0.25, its interval -0.5 to 0.125: not wholly above 0. Twelve seeds.",
    );
    assert(!text.includes("77.speed") && !text.includes("\nold\n") && text.endsWith("end\n"), text);
    assertEquals(await writeReadme(root), false, "the second time nothing changes");
  });
});

Deno.test("a README without the places is left alone", async () => {
  await inProject(async (root) => {
    await Deno.writeTextFile(join(root, "README.md"), "# A\n");
    assertEquals(await expectedReadme(root), undefined);
  });
});

Deno.test("README says what a first run fetches where that is kept, and nothing where it is not", async () => {
  await inProject(async (root) => {
    const empty = "<!-- first run -->\n<!-- end of first run -->\n";
    await Deno.writeTextFile(join(root, "README.md"), README + empty);
    assertStringIncludes((await expectedReadme(root))!, empty);
    await Deno.mkdir(join(root, "bench", "results"), { recursive: true });
    const row = {
      peerName: "the goal",
      unit: "MB",
      ratio: 1,
      ours: 57.04,
      peer: 60,
      shape: "Deno 42 MB",
    };
    const report = {
      suite: "first_run",
      machine: "M",
      date: "2026-11-30",
      command: "deno task bench first_run --write",
      rows: [
        { ...row, name: "fetched by the first run of 08" },
        { ...row, name: "packages on disk", ours: 400 },
      ],
    };
    const file = join(root, "bench", "results", "first_run.json");
    await Deno.writeTextFile(file, JSON.stringify(report));
    const text = (await expectedReadme(root))!;
    assertStringIncludes(
      text,
      "| fetched by the first run of 08 | 57.0 MB | 60 MB | Deno 42 MB |\n<!-- end of first run -->",
    );
    assert(!text.includes("packages on disk"));
  });
});

Deno.test("the master notebook that README shows becomes an assignment, without its solution and its hidden test", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const [, master] = readme.match(/<!-- master -->\n```ts\n([^]*?)```\n/) ?? [];
  const folder = await Deno.makeTempDir();
  try {
    await writeAssignment(parsePercent(master!, "median"), "median", folder);
    const released = await Deno.readTextFile(join(folder, "release", "median.ipynb"));
    assertStringIncludes(released, "function median(values");
    assert(!/toSorted|five values/.test(released));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { KernelClient, type OutputMessage } from "offprint/kit/kernel/mod.ts";
import { loadPapers } from "offprint/notebook/claims/ledger.ts";

const CWD = fileURLToPath(new URL("../../../notebooks/", import.meta.url));

/** Runs cells in a real kernel and returns what each put out. */
async function inKernel(cells: string[]): Promise<OutputMessage[][]> {
  const kernel = await KernelClient.start({
    cwd: CWD,
    env: { NO_COLOR: "1", OFFPRINT_QUIET: "1" },
  });
  try {
    const all: OutputMessage[][] = [];
    for (const [i, code] of cells.entries()) {
      const outputs: OutputMessage[] = [];
      const onOutput = (output: OutputMessage) => outputs.push(output);
      const execution = await kernel.execute(code, { cell: `c${i}`, onOutput });
      assertEquals(execution, { status: "ok" }, code);
      all.push(outputs);
    }
    return all;
  } finally {
    await kernel.kill();
  }
}

function dataOf(output: OutputMessage | undefined): Record<string, unknown> {
  return output!.content["data"] as Record<string, unknown>;
}

Deno.test("everything works in the real kernel", async () => {
  const paper = loadPapers().find((paper) => paper.claims.length > 0)!;
  const needs = loadPapers().flatMap(({ claims }) => claims).find(({ check }) =>
    check.rule === "needs"
  )!;
  const [, figure, rows, equation, check, counted, claims, claim] = await inKernel([
    `import * as Plot from "@observablehq/plot";
     import { check, citation, claim, claimsTable, display, equation, md, plot, progress, sweep, table }
       from "offprint/notebook/mod.ts";`,
    `plot({ title: "t", alt: "a", marks: [Plot.dot([{ x: 1, y: 2 }], { x: "x", y: "y" })] });`,
    `await sweep({ name: "s", over: { n: [1, 2] }, run: ({ n }) => ({ square: n * n }) });`,
    `equation({ id: "e", fn: (x: number) => x * x, checks: [{ args: [2], equals: 4 }] });`,
    `await display(md\`*one* \${1 / 3}\`);
     display(citation(${JSON.stringify(paper.id)}));
     check("two", { got: 1 + 1, expected: 2 });`,
    `{ const steps = progress("loop", 300); for (let i = 0; i < 300; i++) { steps.tick(); if (i % 50 == 0) await 0; } }`,
    `await claimsTable(${JSON.stringify(paper.id)});`,
    `await claim(${JSON.stringify(needs.id)}, NaN);`,
  ]);

  assertEquals(Object.keys(dataOf(figure![0])).sort(), [
    "image/svg+xml",
    "text/html",
    "text/plain",
  ]);
  assertEquals(figure!.map(({ type }) => type), ["execute_result"]);

  assertEquals(rows!.map(({ type }) => type), [
    "display_data",
    "update_display_data",
    "update_display_data",
    "execute_result",
  ]);
  assertEquals(
    dataOf(rows!.at(-1))["text/plain"],
    "s; run in this kernel, one point after the other\nn  square\n─  ──────\n1       1\n2       4",
  );

  assertStringIncludes(String(dataOf(equation![0])["text/html"]), "checked on 1 value");

  assertEquals(check!.map(({ type }) => type), ["display_data", "display_data", "execute_result"]);
  assertEquals(dataOf(check![0])["text/markdown"], "*one* 0.3333");
  assertEquals(dataOf(check![2])["text/plain"], "✓ two");

  assertEquals(counted!.length, 101);
  assertEquals(
    counted!.map((output) => dataOf(output)["text/plain"]).slice(-2),
    ["loop 297/300", "loop 300/300"],
  );

  assertEquals(claims!.length, 1);
  assert(String(dataOf(claims![0])["text/plain"]).includes("not yet run"));
  const record = dataOf(claim![0])["application/vnd.offprint.claim+json"] as Record<
    string,
    unknown
  >;
  assertEquals([record["id"], record["measured"]], [needs.id, "NaN"]);
  assert(claim!.every(({ type }) => type !== "execute_result"), "a claim is shown once");
});

Deno.test("a mistake in a cell fails the cell", async () => {
  const kernel = await KernelClient.start({ cwd: CWD, env: { NO_COLOR: "1" } });
  try {
    const execution = await kernel.execute(
      `import { check } from "offprint/notebook/mod.ts"; check("two", { got: 1, expected: 2, hint: "Count." });`,
      { cell: "c" },
    );
    assert(execution.status === "error");
    assertEquals(execution.error.ename, "CheckError");
    assertEquals(
      execution.error.evalue,
      "two: got 1, expected 2 (tolerance 1e-9). Hint: Count.",
    );
  } finally {
    await kernel.kill();
  }
});

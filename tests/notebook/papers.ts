/**
 * A small ledger of its own for tests, in a temporary folder.
 *
 * @module
 */
import { pathToFileURL } from "node:url";

/** A valid claim with the given fields put over it. */
export function claimJson(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "77.sum",
    where: "Theorem 1",
    statement: "two and two",
    kind: "identity",
    provenance: "derived",
    check: { rule: "equals", value: 4 },
    ...fields,
  };
}

/** A valid paper with the given fields put over it. */
export function paperJson(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "77-test",
    number: "77",
    title: "On <sums> & products",
    authors: ["Ada A.", "Bo B."],
    venue: "Proceedings 2024",
    year: 2024,
    arxiv: "2401.00001",
    summary: "It adds. It multiplies.",
    notebook: null,
    claims: [
      claimJson(),
      claimJson({
        id: "77.gain",
        where: "Table 2",
        statement: "more is better",
        kind: "trend",
        provenance: "paper",
        published: { value: 0.25, note: "at full scale" },
        check: { rule: "intervalAbove", bound: 0 },
      }),
      claimJson({
        id: "77.speed",
        where: "Figure 3",
        kind: "measurement",
        provenance: "ours",
        check: { rule: "atLeast", bound: 1 },
      }),
      claimJson({
        id: "77.big",
        where: "Table 1",
        kind: "headline",
        provenance: "paper",
        published: { value: "98 %" },
        check: { rule: "needs", what: "a larger machine" },
      }),
    ],
    ...fields,
  };
}

/** Runs `use` with a folder that holds the given files. */
export async function withLedger(
  files: Record<string, unknown>,
  use: (folder: URL) => void | Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await use(pathToFileURL(`${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

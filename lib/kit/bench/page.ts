/**
 * The page of benchmarks, made from kept measurements and never typed by hand.
 *
 * @module
 */
import { type BenchRow, type KeptReport, significant } from "./report.ts";

const INTRODUCTION = `# How fast it is

One module a suite; \`deno task bench SUITE\` runs it. Ours and a peer take turns in one process, so that a slow moment of the
machine falls on both, and each is judged by its median. A ratio above 1 means that ours is better. Where the peer is a plain read of
memory, a budget or a format, the ratio says how far we are from that limit.

This page is written by \`deno task bench SUITE --write\` from the files in \`results/\`; a test compares the two. Suites of native kernels
have tables for each instruction set (\`OFFPRINT_VARIANT\`) and processor, which stay beside each other. Elsewhere numbers of another
machine replace these when you measure there.
`;

/**
 * The page as Markdown: a table for each suite, with its machine, day and command.
 *
 * @example
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { benchPage } from "offprint/kit/bench/page.ts";
 *
 * const row = { name: "sort", shape: "1 M", ours: 2, peer: 5, peerName: "other", unit: "s", ratio: 2.5 };
 * const page = benchPage([
 *   { suite: "core", machine: "M", date: "2026-11-30", command: "deno task bench core --write", rows: [row] },
 * ]);
 * assertStringIncludes(page, "| sort | 1 M | 2 s | 5 s | other | **2.5** |");
 * ```
 */
export function benchPage(reports: readonly KeptReport[]): string {
  const suites = Map.groupBy(reports, ({ suite }) => suite);
  const sections = [...suites].map(([suite, kept]) =>
    [`## ${suite}`, "", ...kept.flatMap(section), ...unmeasured(kept)].join("\n")
  );
  return [INTRODUCTION, ...sections].join("\n");
}

function section({ machine, date, command, rows, native }: KeptReport): string[] {
  const part = native?.part === undefined ? "" : `, ${native.part}`;
  return [
    ...(native ? [`### ${native.variant}${part}: ${native.processor}`, ""] : []),
    `${machine}. Measured on ${date} by \`${command}\`.`,
    "",
    "| what | sizes | ours | peer | peer is | ratio |",
    "|---|---|---|---|---|---|",
    ...rows.map(tableRow),
    "",
  ];
}

/** Variants of the kernels that have no rows of a suite that others have. */
function unmeasured(kept: readonly KeptReport[]): string[] {
  const all = new Set(kept.flatMap(({ native }) => native?.variants ?? []));
  for (const { native } of kept) all.delete(native?.variant ?? "");
  return all.size === 0 ? [] : [`Not measured anywhere: ${[...all].join(", ")}.`, ""];
}

function tableRow({ name, shape, ours, peer, peerName, unit, ratio }: BenchRow): string {
  const cells = [
    name,
    shape,
    `${significant(ours)} ${unit}`,
    `${significant(peer)} ${unit}`,
    peerName,
    `**${significant(ratio)}**`,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

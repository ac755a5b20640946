/**
 * What `README.md` says of the papers: how many claims got which verdict, which are not shown and why, and what a first run of each
 * fetches. Generated from the ledger, from the claims in the committed notebooks and from the kept measurement, so that nobody types a verdict or
 * a number in.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ifThere, readText, writeWhole } from "offprint/files.ts";
import { loadPapers, type Paper } from "offprint/notebook/claims/ledger.ts";
import { whyNotShown } from "offprint/notebook/claims/outcome.ts";
import { shortVerdict } from "offprint/notebook/claims/verdict.ts";
import { keptReport } from "../bench/kept.ts";
import { parseNotebook } from "../pairs/mod.ts";
import type { LocatedClaim } from "../report.ts";
import { claimsOf } from "../runner/claims.ts";

/** The columns of the table of papers. */
const VERDICTS = ["holds", "shown", "not shown", "not run here"];

/**
 * Brings `README.md` in step with the ledger and the committed notebooks. A project whose README has no place for it is left alone.
 *
 * @param options `dry`: write nothing.
 * @returns Whether it was out of date.
 */
export async function writeReadme(
  root: string,
  options: { dry?: boolean } = {},
): Promise<boolean> {
  const file = join(root, "README.md");
  const [text, wanted] = [await ifThere(readText(file)), await expectedReadme(root)];
  if (wanted === undefined || wanted === text) return false;
  if (!options.dry) await writeWhole(file, wanted);
  return true;
}

/** Text that `README.md` should have; undefined where there is none, or no ledger. */
export async function expectedReadme(root: string): Promise<string | undefined> {
  const text = await ifThere(readText(join(root, "README.md")));
  const folder = join(root, "data", "papers");
  if (text === undefined || !/<!-- (?:papers|not shown) -->/.test(text)) return undefined;
  const papers = loadPapers(pathToFileURL(`${folder}/`));
  const decided = new Map<string, LocatedClaim>();
  for (const { notebook } of papers) {
    if (notebook === null) continue;
    const name = join(root, "notebooks", `${notebook}.ipynb`);
    const saved = await ifThere(readText(name));
    if (saved === undefined) continue;
    for (const claim of claimsOf(parseNotebook(saved, name))) decided.set(claim.record.id, claim);
  }
  const parts = {
    papers: paperTable(papers, decided),
    "not shown": notShown(papers, decided),
    "first run": await firstRuns(root),
  };
  return Object.entries(parts).reduce(
    (whole, [name, part]) => part === undefined ? whole : filled(whole, name, part),
    text,
  );
}

/** What the first run of each paper fetched, as it was measured; undefined where no measurement is kept. */
async function firstRuns(root: string): Promise<string | undefined> {
  const report = await ifThere(keptReport(pathToFileURL(join(root, "bench/")), "first_run"));
  if (report === undefined) return undefined;
  const { rows, date, command } = report;
  const fetched = rows.filter(({ name }) => name.startsWith("fetched"));
  return [
    `What each paper fetches where nothing is in a cache, measured on ${date} by \`${command}\`:`,
    "",
    "| run | fetched, Deno included | goal | of that, and on disk |",
    "|---|---:|---:|---|",
    ...fetched.map(({ name, ours, peer, shape }) =>
      `| ${name} | ${ours.toFixed(1)} MB | ${peer} MB | ${shape} |`
    ),
  ].join("\n");
}

/** A text with another part between `<!-- name -->` and `<!-- end of name -->`. */
function filled(text: string, name: string, part: string): string {
  const between = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end of ${name} -->)`);
  return text.replace(between, (_, start, end) => `${start}${part}\n${end}`);
}

/** The papers, and how many of their claims got which verdict. Times have none that is kept. */
function paperTable(papers: readonly Paper[], claimed: ReadonlyMap<string, LocatedClaim>): string {
  const rows = papers.map(({ number, title, notebook, claims }) => {
    const decided = claims.filter(({ kind }) => kind !== "measurement");
    const counts = VERDICTS.map((verdict) =>
      decided.filter(({ id }) => shortVerdict(claimed.get(id)?.record.verdict ?? "") === verdict)
        .length
    );
    const named = oneLine(title);
    const name = notebook === null ? named : `[${named}](notebooks/${notebook}.ipynb)`;
    return `| ${number} | ${name} | ${counts.map((count) => count || "").join(" | ")} |`;
  });
  return [
    "| | paper | hold | shown | not shown | not run |",
    "|---|---|---:|---:|---:|---:|",
    ...rows,
  ]
    .join("\n");
}

/** Every claim that is not shown: the cell that decided it, what it says, and what came out beside what its rule asks for. */
function notShown(papers: readonly Paper[], decided: ReadonlyMap<string, LocatedClaim>): string {
  const parts = papers.flatMap(({ number, title, notebook, claims }) => {
    const open = claims.filter(({ id, kind }) =>
      kind !== "measurement" && decided.get(id)?.record.verdict === "not shown"
    );
    if (open.length === 0) return [];
    const lines = open.map((claim) => {
      const { cell, record } = decided.get(claim.id)!;
      return `- \`${claim.id}\`, decided in cell \`${cell}\`: ${
        oneLine(whyNotShown(claim, record))
      }`;
    });
    const named = `${number} ${oneLine(title.split(":")[0]!)}`;
    return [`**[${named}](notebooks/${notebook}.ipynb)**`, "", ...lines, ""];
  });
  return parts.length === 0 ? "Every claim that was decided is shown.\n" : `\n${parts.join("\n")}`;
}

/** Text for one line of Markdown. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll("<", "&lt;");
}

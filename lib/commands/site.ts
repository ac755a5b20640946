/**
 * `deno task site`: a folder that can be put on a web server.
 *
 * @module
 */
import { join } from "node:path";
import { checkedOutput } from "../kit/outputs.ts";
import { parse, textOptions } from "offprint/command_line.ts";
import { UserError } from "offprint/errors.ts";
import type { Command } from "../kit/command.ts";
import { ROOT } from "../kit/project.ts";

const USAGE = `deno task site --address URL [--out FOLDER]

Makes the site from the notebooks with the outputs that are committed; nothing is run. Besides the pages that deno task
run makes it has what a public site needs: a card image for links to it, the addresses of its pages, a site map.
Any server of files can offer the folder; it needs no configuration.

Options:
  --address URL  where the folder will stand, as in https://example.org/offprint/
  --out FOLDER   default out/site-published
  --help         this text`;

export const command: Command = {
  name: "site",
  summary: "the site as committed, ready for a web server",
  usage: USAGE,
  run: (args) => publishSite(args, ROOT),
};

/** The command on any project folder. */
export async function publishSite(args: string[], root: string): Promise<number> {
  const { option } = parse("site", args, textOptions("address", "out"));
  const address = addressOf(option("address"));
  const outDir = option("out") ?? join(root, "out", "site-published");
  await checkedOutput({ option: "--out", path: outDir, kind: "folder" });
  const { asCommitted, committedNotebooks, readLedger } = await import(
    "../kit/runner/committed.ts"
  );
  const { buildReport } = await import("../kit/report.ts");
  const { buildSite } = await import("../kit/site/mod.ts");
  const { cardSvg } = await import("../kit/site/card.ts");
  const { pngOf } = await import("offprint/verilog/pictures/mod.ts");
  const { papers, broken } = readLedger();
  const notebooks = await committedNotebooks(join(root, "notebooks"));
  const report = buildReport(notebooks.map(asCommitted), papers);
  const { bytes: card } = await pngOf(cardSvg(papers, report), 1);
  const written = await buildSite({
    notebooks,
    papers,
    report,
    outDir,
    publication: { address, card },
  });
  for (const line of broken) console.error(line);
  console.log(`${written.length} files: ${outDir}`);
  return broken.length > 0 ? 1 : 0;
}

function addressOf(given: string | undefined): string {
  const url = given === undefined ? null : URL.parse(given);
  if (
    given === undefined || url === null || !/^https?:$/.test(url.protocol) || url.search !== "" ||
    url.hash !== ""
  ) {
    throw new UserError({
      what: "--address",
      got: given,
      expected: "the address at which the folder will stand, without a query",
      todo: "Write for example: deno task site --address https://example.org/offprint/",
    });
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

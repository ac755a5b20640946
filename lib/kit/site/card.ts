/**
 * The picture that stands for the site where somebody links to it.
 *
 * @module
 */
import type { Paper } from "offprint/notebook/claims/ledger.ts";
import { shortVerdict } from "offprint/notebook/claims/verdict.ts";
import type { Report } from "../report.ts";
import { escapeHtml } from "./markup/mod.ts";

/** Width and height in pixels that services which show previews ask for. */
const CARD_SIZE = { width: 1200, height: 630 } as const;

/** Verdicts from left to right with their colours, and what is said of a number of them. */
const VERDICTS = [
  ["holds", "#2f7d4b", "hold"],
  ["shown", "#2b6ca3", "shown"],
  ["not shown", "#b9770e", "not shown"],
] as const;
const OTHERS = ["#b3aea3", "not run here"] as const;

/** Length of one line of a title, in letters. */
const TITLE_LETTERS = 52;

/** An SVG with the papers, one line each, and a bar of what became of their claims; text is in a font of one width. */
export function cardSvg(papers: readonly Paper[], report: Report): string {
  const rows = papers.flatMap((paper) => {
    const claims = report.papers.find(({ id }) => id === paper.id)?.claims ?? [];
    const of = (name: string) =>
      claims.filter(({ verdict }) => shortVerdict(verdict) === name).length;
    const decided = VERDICTS.map(([name]) => of(name));
    const rest = claims.length - decided.reduce((sum, count) => sum + count, 0);
    return claims.length === 0 ? [] : [{ paper, counts: [...decided, rest] }];
  });
  const most = Math.max(1, ...rows.map(({ counts }) => counts.reduce((a, b) => a + b, 0)));
  const colours = [...VERDICTS.map(([, colour]) => colour), OTHERS[0]];
  const words = [...VERDICTS.map(([, , word]) => word), OTHERS[1]];
  const totals = words.map((_, i) => rows.reduce((sum, { counts }) => sum + counts[i]!, 0));
  const top = 208, step = (560 - top) / Math.max(10, rows.length), unit = 380 / most;
  const lines = rows.map(({ paper, counts }, row) => {
    const y = top + row * step;
    let x = 760;
    const bar = counts.map((count, i) => {
      const piece = `<rect x="${x.toFixed(1)}" y="${(y - 15).toFixed(1)}" width="${
        (count * unit).toFixed(1)
      }" height="20" fill="${colours[i]}"/>`;
      x += count * unit;
      return piece;
    }).join("");
    return `<text x="60" y="${y.toFixed(1)}" font-size="20" fill="#1d1c1a">${
      escapeHtml(`${paper.id.slice(0, 2)}  ${shortened(paper.title)}`)
    }</text>${bar}`;
  });
  let x = 60;
  const legend = words.map((word, i) => {
    const text = `${totals[i]} ${word}`;
    const piece = `<rect x="${x}" y="579" width="18" height="18" fill="${colours[i]}"/><text x="${
      x + 28
    }" y="595" font-size="20" fill="#5d5a54">${text}</text>`;
    x += 28 + text.length * 12.1 + 34;
    return piece;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_SIZE.width}" height="${CARD_SIZE.height}" font-family="DejaVu Sans Mono">
<rect width="100%" height="100%" fill="#fdfcf9"/><rect width="100%" height="14" fill="#8c2f1b"/>
<text x="60" y="100" font-size="60" fill="#8c2f1b">Offprint</text>
<text x="60" y="150" font-size="25" fill="#1d1c1a">${rows.length} papers you can rerun, and a verdict on every claim</text>
${lines.join("\n")}
${legend.join("\n")}
</svg>`;
}

/** The title without its second half, cut after a word where it is long. */
function shortened(title: string): string {
  const [main = title] = title.split(/: /);
  if (main.length <= TITLE_LETTERS) return main;
  return `${main.slice(0, TITLE_LETTERS - 3).replace(/\s+\S*$/, "")} ...`;
}

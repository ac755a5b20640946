/**
 * The committed opinions as the least that a verdict needs: at which place of its text, and after how much work, each role comes to
 * its first error. A figure in the browser can hold that.
 *
 * @module
 */
import { cut, type Heard } from "offprint/evaluators/mod.ts";
import { PAPER_ROLES } from "./arms.ts";
import type { JudgedProgram } from "./opinions_study.ts";
import { totalBudget } from "./total_budget.ts";

/** Where the figure's numbers lie. */
export const EXPLORED_FILE = new URL("./explored_opinions.ts", import.meta.url);

/** Least tokens and work with which a role flags a program; nothing where it never does. */
function firstError(heard: Heard): { tokens: number; work: number } | undefined {
  const at = heard.findings.findIndex(({ severity }) => severity === "error");
  if (at < 0) return undefined;
  const { tokens } = cut([{ ...heard, findings: heard.findings.slice(0, at + 1) }], {
    tokens: Infinity,
    work: Infinity,
  });
  return { tokens, work: heard.findings[at]!.work };
}

/**
 * The module `explored_opinions.ts`: one program of the evaluation half a line, `d` for one that fails a hidden test and `p` for one
 * that passes all, then for each role that has an error its place among the roles, the tokens and the work up to there. Equal
 * lines are written once, with their number in front.
 */
export function exploredText(programs: readonly JudgedProgram[]): string {
  const lines = programs.filter(({ half }) => half === "evaluation").map(({ defective, roles }) =>
    [
      defective ? "d" : "p",
      ...PAPER_ROLES.flatMap((role, at) => {
        const first = firstError(roles[role]);
        return first === undefined ? [] : [`${at}:${first.tokens}:${first.work}`];
      }),
    ].join(" ")
  );
  const counted = [...Map.groupBy(lines, (line) => line)].map(([line, same]) =>
    `${same.length} ${line}`
  ).sort();
  return `/**
 * What the figure of paper 03 that can be moved knows of the committed opinions, written by
 * \`deno task measure-evaluators opinions --collect\`; see \`exploredText\` of \`first_errors.ts\`.
 *
 * @module
 */

/** One kind of program a line: how many there are, whether they fail, and the first error of each role. */
export const EXPLORED_OPINIONS = \`
${counted.join("\n")}
\`;

/** Work that all evaluators may do together by default. */
export const EXPLORED_WORK = ${totalBudget(programs).work};
`;
}

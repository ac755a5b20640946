/**
 * The symbols that the notebooks have in common, as a table for the notebook that a reader opens first. Where two papers write
 * one letter for two things, both stand in its row.
 *
 * @module
 */

/** What a symbol means in some notebooks. */
export interface Meaning {
  means: string;
  /** Numbers of the notebooks whose formulas have it so. */
  in: readonly string[];
}

/** A symbol in TeX, with its meanings. */
export interface SymbolRow {
  tex: string;
  meanings: readonly Meaning[];
}

/** Symbols of more than one notebook. */
export const SYMBOLS: readonly SymbolRow[] = [
  {
    tex: String.raw`\pi`,
    meanings: [
      { means: "a policy: the probability of each answer to a prompt", in: ["01", "04", "09"] },
      { means: "an evaluator: the probability of each opinion of a program", in: ["03"] },
      { means: "an order of channels (a permutation)", in: ["05"] },
    ],
  },
  {
    tex: String.raw`\pi_0`,
    meanings: [{ means: "the reference: the policy before training", in: ["01", "09"] }],
  },
  {
    tex: String.raw`\pi^\star`,
    meanings: [
      {
        means: "the policy that is best for a reward and stays near the reference",
        in: ["01", "09"],
      },
      { means: "the best evaluator", in: ["03"] },
    ],
  },
  {
    tex: String.raw`\beta`,
    meanings: [
      { means: "the price of moving away from the reference", in: ["01", "04", "09"] },
      { means: "bits of a code", in: ["05"] },
    ],
  },
  {
    tex: String.raw`y_w`,
    meanings: [
      { means: "the chosen, better answer of a pair; the rejected one is $y_l$", in: ["04", "09"] },
    ],
  },
  {
    tex: String.raw`g_w`,
    meanings: [{
      means: "the gradient of the log-probability of the chosen answer; of the rejected one $g_l$",
      in: ["04", "09"],
    }],
  },
  {
    tex: String.raw`\sigma`,
    meanings: [
      { means: "the logistic function, $1/(1+e^{-u})$", in: ["04", "09"] },
    ],
  },
  {
    tex: String.raw`\mathrm{TV}`,
    meanings: [
      {
        means:
          "total variation, the distance of two distributions: half the sum of all differences",
        in: ["02", "03"],
      },
    ],
  },
  {
    tex: "p",
    meanings: [
      { means: "the distribution of the draft; the target's is $q$", in: ["02"] },
      { means: "the distribution of the target; the draft's is $q$", in: ["10"] },
      { means: "a probability", in: ["09"] },
    ],
  },
  {
    tex: "K",
    meanings: [
      { means: "candidates that a draft proposes in a round", in: ["02", "10"] },
      { means: "evaluators", in: ["03"] },
      { means: "tokens of a beginning", in: ["01"] },
      { means: "channels", in: ["05"] },
    ],
  },
  {
    tex: String.raw`\alpha`,
    meanings: [
      { means: "the probability that a candidate is accepted", in: ["02", "10"] },
      { means: "the weights of a mixture", in: ["03"] },
    ],
  },
  {
    tex: String.raw`\mathrm{pass@}k`,
    meanings: [
      { means: "the probability that at least one of $k$ answers is right", in: ["06", "07"] },
    ],
  },
];

/** The table in Markdown, with links to the notebooks of these numbers; rows that none of them has are left out. */
export function symbolTable(numbers: readonly string[]): string {
  const known = new Set(numbers);
  const rows = SYMBOLS.flatMap(({ tex, meanings }) => {
    const own = meanings.map((meaning) => ({
      ...meaning,
      in: meaning.in.filter((number) => known.has(number)),
    })).filter((meaning) => meaning.in.length > 0);
    if (own.length === 0) return [];
    const texts = own.map(({ means, in: where }) => `${means} (${where.join(", ")})`);
    return [`| $${tex}$ | ${texts.join("; ")} |`];
  });
  return [INTRODUCTION.trim(), "", "| symbol | meaning (in notebook) |", "| --- | --- |", ...rows]
    .join("\n");
}

const INTRODUCTION = `
## Symbols

Each notebook says what its symbols mean where they first stand. These occur in more than one. In code the two models of
speculative decoding are always called \`draft\` and \`target\`; only their letters differ between the two papers, and each
notebook keeps those of its paper.`;

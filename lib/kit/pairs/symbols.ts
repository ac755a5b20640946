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
      { means: "the bonus for success", in: ["08"] },
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
      { means: "a probability", in: ["08", "09"] },
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
    tex: String.raw`\lambda`,
    meanings: [
      { means: "the weight of an extra term of a loss", in: ["04", "09"] },
      { means: "the share of a safe contract in a mixture", in: ["08"] },
      {
        means: "the cost of a token beyond one draft pass; the least is $\\lambda^\\star$",
        in: ["10"],
      },
    ],
  },
  {
    tex: String.raw`\epsilon`,
    meanings: [
      { means: "how much too much is accepted", in: ["02"] },
      { means: "a margin that is paid beyond the least payment", in: ["08"] },
    ],
  },
  {
    tex: String.raw`\gamma`,
    meanings: [
      { means: "the margin that a loss asks for", in: ["04"] },
      { means: "the largest margin that contracts can reach", in: ["08"] },
    ],
  },
  {
    tex: String.raw`\zeta`,
    meanings: [
      { means: "the offset of a code", in: ["05"] },
      { means: "the least expected payment", in: ["08"] },
    ],
  },
  {
    tex: String.raw`\ell`,
    meanings: [
      { means: "the log-ratio of a token", in: ["01"] },
      { means: "how useful an evaluation is", in: ["03"] },
      { means: "a loss", in: ["04"] },
    ],
  },
  {
    tex: "V",
    meanings: [
      { means: "a value: what can be expected from here on", in: ["01", "08"] },
      { means: "verifications per generated token", in: ["10"] },
    ],
  },
  {
    tex: "T",
    meanings: [
      { means: "the number of tokens of a text", in: ["02"] },
      { means: "the number of rounds of learning", in: ["08"] },
      { means: "the time that a text takes", in: ["10"] },
    ],
  },
  {
    tex: "w",
    meanings: [
      { means: "the weight of a token", in: ["01"] },
      { means: "how much more a rejection counts in the loss of a head", in: ["10"] },
    ],
  },
  {
    tex: "h",
    meanings: [
      { means: "the number of a step", in: ["08"] },
      { means: "a threshold", in: ["10"] },
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

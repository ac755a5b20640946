/**
 * What the reward model learns from: pairs of a passage of the twentieth century and an earlier one.
 *
 * @module
 */
import { z } from "zod";
import { checkedValue } from "offprint/checked_json.ts";
import type { PreferencePair } from "offprint/preference/pairs/mod.ts";
import type { PairMaker } from "offprint/preference/training/mod.ts";
import { stream } from "offprint/random.ts";
import { eraCorpus } from "./eras.ts";
import { drawPassages } from "./passages.ts";

const optionsSchema = z.strictObject({
  pairs: z.int().positive(),
  /** Tokens of a passage; pairs take them in turn. */
  lengths: z.array(z.int().positive()).min(1),
  seed: z.int(),
});

/**
 * Pairs without a prompt: the chosen text is a passage of an address of 1901–2000, the rejected one of an earlier
 * address, both of half A and of one length. They carry no label but the years of the addresses.
 */
export const eraPairs: PairMaker = async (options, { tokenizer, cache }) => {
  const { pairs, lengths, seed } = checkedValue(optionsSchema, options, {
    what: "pairs of the eras: options",
  });
  const { halfA } = await eraCorpus(cache);
  const wanted = Array.from({ length: pairs }, (_, i) => lengths[i % lengths.length]!);
  const [chosen, rejected] = (["twentieth", "earlier"] as const).map((era) =>
    drawPassages(tokenizer, halfA[era], wanted, stream(seed, "era passages", era))
      .map((tokens) => tokenizer.decode(tokens))
  );
  return wanted.map((length, i): PreferencePair => ({
    id: `passage-${i + 1}`,
    prompt: "",
    chosen: chosen![i]!,
    rejected: rejected![i]!,
    source: `${length} tokens`,
    labelProbability: 1,
  }));
};

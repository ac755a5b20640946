import { historyModel, markovModel, twoStateChains } from "offprint/lm/exact/mod.ts";
import { conformance } from "./conformance.ts";

conformance("Markov chain", {
  model: () => Promise.resolve(markovModel(twoStateChains().target)),
  ceiling: 0,
});

conformance("history table", {
  model: () =>
    Promise.resolve(historyModel({
      name: "history",
      vocabSize: 5,
      row: (history) => {
        const sum = history.reduce((a, b) => a + b, history.length);
        const weights = Array.from({ length: 5 }, (_, i) => 1 + (sum * (i + 1)) % 7);
        const total = weights.reduce((a, b) => a + b, 0);
        return weights.map((weight) => weight / total);
      },
    })),
  ceiling: 0,
});

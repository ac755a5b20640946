import { assertEquals } from "@std/assert";
import {
  discordantPairs,
  impossibleCells,
  PUBLISHED_GENERATION,
  PUBLISHED_SIZES,
} from "offprint/papers/chipgpt_ft/mod.ts";

Deno.test("problems that only one model solved", () => {
  const thakur = PUBLISHED_GENERATION.filter(({ set }) => set === "Thakur");
  // 12 against 10 solved: three only by the one, one only by the other.
  assertEquals(discordantPairs(thakur, "ours-13B", "Thakur"), [3, 1]);
  assertEquals(discordantPairs(thakur, "Thakur", "ours-13B"), [1, 3]);
  assertEquals(discordantPairs(PUBLISHED_GENERATION, "ours-13B", "ours-13B"), [0, 0]);
});

Deno.test("cells with five errors in five samples and a pass rate above zero", () => {
  assertEquals(impossibleCells("GPT-3.5"), 0);
  // inter7 middle, adv2 high, adv3 high, adv4 three times, adv5 low, calendar: counted by hand.
  assertEquals(impossibleCells("ours-13B"), 8);
});

Deno.test("the records of Table 2 add up to what its rows say", () => {
  const records = Object.values(PUBLISHED_SIZES).reduce((sum, row) => sum + row.records, 0);
  assertEquals(records, 6_959_200);
});

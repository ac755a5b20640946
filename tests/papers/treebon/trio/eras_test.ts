/** Who learns from which address. */
import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { divideEras, drawPassages, yearOf } from "offprint/papers/treebon/trio/mod.ts";
import { stream } from "offprint/random.ts";

const document = (name: string, heldOut = false) => ({
  name,
  heldOut,
  sentences: ["One two three.", "Four five.", "Six seven eight nine."],
});

Deno.test("eras are told apart by the year, halves share no document, held-out ones are in neither", () => {
  const names = ["1790_a", "1850_b", "1900_c", "1901_d", "1950_e", "2000_f", "2001_g", "2010_h"];
  const { halfA, halfB, heldOut } = divideEras([
    ...names.map((name) => document(name)),
    document("1980_x", true),
  ]);
  const used = [halfA, halfB].map(({ twentieth, earlier }) => ({
    twentieth: twentieth.map(yearOf),
    earlier: earlier.map(yearOf),
  }));
  assertEquals(used, [
    { twentieth: [1950], earlier: [1790, 1900] },
    { twentieth: [1901, 2000], earlier: [1850] },
  ]);
  assertEquals(heldOut.map(yearOf), [1980]);
});

Deno.test("passages begin with a sentence, have the wanted length, and run out with one clear line", () => {
  const words = (text: string) => text.split(/\s+/).filter(Boolean).map((word) => word.length);
  const tokenizer = { encode: words };
  const passages = drawPassages(tokenizer, [document("1800_a")], [4, 3], stream(1, "passages"));
  assertEquals(passages.map((each) => each.length), [4, 3]);
  const starts = document("").sentences.map((sentence) => words(sentence)[0]);
  for (const passage of passages) assertEquals(starts.includes(passage[0]), true);
  assertThrows(
    () => drawPassages(tokenizer, [document("1800_a")], [4, 4, 4, 4], stream(1, "passages")),
    UserError,
    "passages: got 4, expected at most 3",
  );
});

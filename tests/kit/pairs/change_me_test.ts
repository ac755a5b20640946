import { assertEquals } from "@std/assert";
import { markedNumbers, withProposal } from "offprint/kit/pairs/mod.ts";

function tried(source: string): (string | undefined)[][] {
  return markedNumbers(source).map(({ name, value, proposed }) => [name, value, proposed]);
}

Deno.test("marked numbers: above declarations, in lines and in doc comments", () => {
  const source = `const other = 1;
// A remark.
// change me: [0.4, 0.4, 0.1, 0.1] makes both agree
// on more tokens.
const p4 = distribution("draft", [0.4, 0.3]);
/** Seed. Change me: another seed moves nothing but noise. */
const seed: number = 1;
// not marked: 3
const plain = 2;
/**
 * Ratio.
 * change me: 10 favours long drafts
 */
let ratio: number = 4.5;`;
  assertEquals(tried(source), [
    ["p4", "[0.4, 0.3]", "[0.4, 0.4, 0.1, 0.1]"],
    ["seed", "1", undefined],
    ["ratio", "4.5", "10"],
  ]);
});

Deno.test("a proposal takes the place of the number and of nothing else", () => {
  const source = "// change me: 10 is more.\nconst a = f(2, 3); // 2\n";
  const [marked] = markedNumbers(source);
  assertEquals(withProposal(source, marked!), source.replace("f(2", "f(10"));
  const [open] = markedNumbers("// change me: anything.\nconst a = 2;");
  assertEquals(
    withProposal("// change me: anything.\nconst a = 2;", open!),
    "// change me: anything.\nconst a = 2;",
  );
});

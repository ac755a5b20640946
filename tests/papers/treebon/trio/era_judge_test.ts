/** The judge tells two eras apart that it learned from, and knows no other measure than the responses. */
import { assert, assertEquals } from "@std/assert";
import { readTransformer } from "offprint/lm/transformer/mod.ts";
import { eraJudge } from "offprint/papers/treebon/trio/mod.ts";

const { tokenizer } = await readTransformer("sotu-draft");
const document = (name: string, sentences: string[]) => ({ name, heldOut: false, sentences });
const LATE = ["Our jobs and our schools need a program tonight.", "We need jobs in the program."];
const EARLY = ["The said treaty hath been laid before you.", "Our vessels hath been laid up."];

Deno.test("responses like one era score above zero, like the other below", () => {
  const judge = eraJudge({
    twentieth: [document("1950_a", LATE), document("1951_b", LATE)],
    earlier: [document("1800_a", EARLY), document("1801_b", EARLY)],
  }, tokenizer);
  const prompt = tokenizer.encode("Our");
  const [late, early] = [" jobs in the program", " vessels hath been laid"].map((text) =>
    judge.score(prompt, tokenizer.encode(text))
  );
  assert(late! > 0 && early! < 0, `${late}, ${early}`);
  assertEquals(judge.score(prompt, []), 0);
});

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  drawPrefixes,
  firstToken,
  firstWord,
  PREFIX_SHARE,
} from "offprint/papers/chipgptv/harness/mod.ts";
import { lex } from "offprint/verilog/tokens/mod.ts";
import { CHAIN, MACHINE } from "./fixture.ts";

Deno.test("prefixes are cut between tokens, in range, differently, and again in the same way", () => {
  for (const { name, reference } of [MACHINE, CHAIN]) {
    const drawn = drawPrefixes(name, reference, { count: 30, seed: 7 });
    assertEquals(drawn, drawPrefixes(name, reference, { count: 30, seed: 7 }));
    assertEquals(new Set(drawn.map(({ offset }) => offset)).size, 30);
    const tokens = lex(reference);
    for (const { text, offset, nextToken, nextWord, tokens: inside, total } of drawn) {
      assertEquals(tokens.find(({ start }) => start === offset)?.text, nextToken);
      assertEquals(lex(text).length, inside);
      assert(reference.startsWith(text) && nextWord.startsWith(nextToken));
      assert(inside / total >= PREFIX_SHARE.least && inside / total <= PREFIX_SHARE.most);
    }
  }
});

Deno.test("another name or seed gives other cuts; a text with too few is refused", () => {
  const of = (name: string, seed: number) =>
    drawPrefixes(name, MACHINE.reference, { count: 5, seed }).map(({ offset }) => offset);
  assert(`${of("a", 1)}` !== `${of("b", 1)}` && `${of("a", 1)}` !== `${of("a", 2)}`);
  assertThrows(
    () => drawPrefixes("m", "module m; endmodule", { count: 9, seed: 1 }),
    RangeError,
    "expected at least 9 places",
  );
});

Deno.test("the first token of an answer: bare, fenced, quoted, behind a comment, none", () => {
  const cases: [string, string | undefined, string | undefined][] = [
    ["assign", "assign", "assign"],
    ["\n  <= 1;", "<=", "<="],
    ["```verilog\nstate<=A\n```", "state", "state<=A"],
    ["`posedge`", "posedge", "posedge"],
    ["// comes next\nbegin", "begin", "//"],
    [" ", undefined, undefined],
  ];
  for (const [answer, token, word] of cases) {
    assertEquals([firstToken(answer)?.text, firstWord(answer)], [token, word]);
  }
});

import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import {
  CONNECTION_KINDS,
  CONNECTION_SIZES,
  connectionCount,
  connectionSentences,
  connectionSlope,
} from "offprint/papers/chipgptv/ambiguity/mod.ts";

Deno.test("connection sentences are as many as the closed forms say, and all different", () => {
  for (const kind of CONNECTION_KINDS) {
    for (const n of [...CONNECTION_SIZES, 25, 100]) {
      const sentences = connectionSentences(kind, n);
      assertEquals(sentences.length, connectionCount(kind, n));
      assertEquals(new Set(sentences).size, sentences.length);
    }
  }
});

Deno.test("on logarithmic axes the counts rise with slopes 2.00, 1.20 and 1.00", () => {
  const slopes = CONNECTION_KINDS.map((kind) => connectionSlope(kind).slope.toFixed(2));
  assertEquals(slopes, ["2.00", "1.20", "1.00"]);
});

Deno.test("a mesh whose blocks make no square is refused", () => {
  assertThrows(() => connectionSentences("mesh", 12), UserError, "a square number");
});

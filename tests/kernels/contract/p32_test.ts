import { assertEquals } from "@std/assert";
import {
  highBytes,
  lowBytes,
  P32_ORDER,
  packNibbles,
  signedBytes,
  SWITCHED_ORDER,
  unpackNibbles,
} from "kernels/contract/p32.ts";
import { w } from "../reference/golden_numbers.ts";

const SEQUENTIAL = [0, 1, 2, 3, 4, 5, 6, 7];

Deno.test("switched nibbles give the right bytes, sequential ones do not", () => {
  const four = w.slice(0, 4);
  assertEquals(packNibbles(four, [0, 1, 2, 3]), 0x92E6);
  assertEquals(packNibbles(four, SWITCHED_ORDER), 0x9E26);
  const bytes = (word: number) => [...signedBytes(word)].slice(0, 2);
  assertEquals(lowBytes(0x9E26) & 0xFFFF, 0xE060);
  assertEquals(bytes(lowBytes(0x9E26)), [96, -32]);
  assertEquals(highBytes(0x9E26), 0x9020);
  assertEquals(bytes(highBytes(0x9E26)), [32, -112]);
  assertEquals(bytes(lowBytes(0x92E6)), [96, 32]);
  assertEquals(bytes(highBytes(0x92E6)), [-32, -112]);
});

Deno.test("a P32 word and its two widened halves", () => {
  const word = packNibbles(w, P32_ORDER);
  assertEquals(word, 0xF9728E16);
  assertEquals(lowBytes(word), 0x9020E060);
  assertEquals([...signedBytes(lowBytes(word))], [96, -32, 32, -112]);
  assertEquals(highBytes(word), 0xF0708010);
  assertEquals([...signedBytes(highBytes(word))], [16, -128, 112, -16]);
  assertEquals(packNibbles(w, SEQUENTIAL), 0xF78192E6);
  assertEquals([...unpackNibbles(word, P32_ORDER)], w);
});

Deno.test("all sixteen nibbles widen to 16 times their signed value", () => {
  for (let n = 0; n < 16; n++) {
    assertEquals(signedBytes((n << 4) & 0xF0)[0], 16 * (n << 28 >> 28));
  }
});

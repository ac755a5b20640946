import { assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { packFrag, unpackFrag } from "kernels/reference/frag.ts";
import { highBytes, lowBytes, packP32, signedBytes, unpackP32 } from "kernels/contract/p32.ts";
import { dot } from "./golden_numbers.ts";

function randomCodes(random: { integer(bound: number): number }, count: number, half = 8) {
  return Int8Array.from({ length: count }, () => random.integer(2 * half) - half);
}

Deno.test("FRAG words are tensor-core operands as they stand", () => {
  const random = stream(5, "T7");
  const codes = randomCodes(random, 8 * 128);
  const words = packFrag(codes, 8, 128);
  assertEquals([...unpackFrag(words, 8, 128)], [...codes]);
  const x = randomCodes(random, 128), x8 = randomCodes(random, 128, 128);
  for (let g = 0; g < 8; g++) {
    let int8 = 0, int4 = 0;
    for (let t = 0; t < 4; t++) {
      for (let j = 0; j < 4; j++) {
        const word = words[(4 * g + t) * 4 + j]!;
        // m16n8k32.s8 at step j: the first register meets k = 4t + i, the second k = 16 + 4t + i
        const first = signedBytes(lowBytes(word)), second = signedBytes(highBytes(word));
        for (let i = 0; i < 4; i++) {
          int8 += first[i]! * x8[32 * j + 4 * t + i]! + second[i]! * x8[32 * j + 16 + 4 * t + i]!;
        }
        // m16n8k64.s4: nibble by nibble against activations packed in the order 0, 16, 1, 17, ...
        for (let nibble = 0; nibble < 8; nibble++) {
          const k = 32 * j + 4 * t + 16 * (nibble & 1) + (nibble >> 1);
          int4 += (word << (28 - 4 * nibble) >> 28) * x[k]!;
        }
      }
    }
    const row = codes.subarray(128 * g, 128 * (g + 1));
    assertEquals(int8, 16 * dot(row, x8));
    assertEquals(int4, dot(row, x));
  }
});

Deno.test("from P32 to codes to FRAG to codes", () => {
  const codes = randomCodes(stream(5, "T18"), 16 * 256);
  const p32 = packP32(codes, 16, 256);
  const unpacked = unpackP32(p32, 16, 256);
  const frag = packFrag(unpacked, 16, 256);
  assertEquals([...unpackFrag(frag, 16, 256)], [...codes]);
  assertEquals([p32.byteLength, frag.byteLength], [16 * 256 / 2, 16 * 256 / 2]);
});

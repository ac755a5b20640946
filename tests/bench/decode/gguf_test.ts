/** The GGUF writer of the `decode` benchmark: read back by a reader of the format's description. */
import { assertEquals } from "@std/assert";
import { gguf } from "../../../bench/decode/gguf.ts";

Deno.test("GGUF: metadata, names, sizes and bytes are found where the format puts them", () => {
  const scale = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
  const blocks = Uint8Array.from({ length: 36 }, (_, i) => i);
  const pieces = [...gguf(
    { "general.architecture": "llama", "n": 7, "eps": { float: 0.5 }, "tokens": ["a", "bc"] },
    [
      { name: "norm", sizes: [3], type: "F32", bytes: scale },
      { name: "w", sizes: [32, 2], type: "Q4_0", bytes: blocks },
    ],
  )];
  const file = new Uint8Array(pieces.flatMap((piece) => [...piece]));
  const view = new DataView(file.buffer);
  let at = 0;
  const u32 = () => view.getUint32((at += 4) - 4, true);
  const u64 = () => Number(view.getBigUint64((at += 8) - 8, true));
  const text = () => {
    const length = u64();
    return new TextDecoder().decode(file.subarray(at, at += length));
  };
  assertEquals(new TextDecoder().decode(file.subarray(0, at = 4)), "GGUF");
  assertEquals([u32(), u64(), u64()], [3, 2, 4]);
  assertEquals([text(), u32(), text()], ["general.architecture", 8, "llama"]);
  assertEquals([text(), u32(), u32()], ["n", 4, 7]);
  assertEquals([text(), u32(), view.getFloat32((at += 4) - 4, true)], ["eps", 6, 0.5]);
  assertEquals([text(), u32(), u32(), u64(), text(), text()], ["tokens", 9, 8, 2, "a", "bc"]);
  assertEquals([text(), u32(), u64(), u32(), u64()], ["norm", 1, 3, 0, 0]);
  assertEquals([text(), u32(), u64(), u64(), u32(), u64()], ["w", 2, 32, 2, 2, 32]);
  const data = Math.ceil(at / 32) * 32;
  assertEquals(file.subarray(data, data + 12), scale);
  assertEquals(file.subarray(data + 32, data + 68), blocks);
  assertEquals(file.length, data + 32 + 64);
});

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type AcceptanceHead,
  decodeHead,
  encodeHead,
  headShapes,
  initialHead,
  predictAcceptance,
} from "offprint/decoding/heads/mod.ts";
import { UserError } from "offprint/errors.ts";
import { encodeSafetensors } from "offprint/lm/transformer/mod.ts";

Deno.test("head file: round trip, shape found from the tensors", () => {
  for (const depth of [0, 1, 2, 3, 4]) {
    for (const tied of [true, false]) {
      const head: AcceptanceHead = {
        ...initialHead({ hiddenSize: 8, depth, tied }, depth),
        draft: "sotu-draft",
        rejectionWeight: 6,
      };
      const read = decodeHead("head.safetensors", encodeHead(head));
      // with one block or none there is nothing to tie
      assertEquals(read.config, { ...head.config, tied: tied && depth > 1 });
      assertEquals([read.draft, read.rejectionWeight], ["sotu-draft", 6]);
      const hidden = Float32Array.from({ length: 8 }, (_, i) => Math.sin(i));
      assertEquals(predictAcceptance(read, hidden), predictAcceptance(head, hidden));
      const half = decodeHead("head.safetensors", encodeHead(head, "F16"));
      assertAlmostEquals(predictAcceptance(half, hidden), predictAcceptance(head, hidden), 1e-2);
    }
  }
});

Deno.test("head file: what is no head gives one line", () => {
  const head = initialHead({ hiddenSize: 8, depth: 3, tied: false }, 1);
  const bytes = encodeHead(head);
  const one = (bytes: Uint8Array, text: string) => {
    const error = assertThrows(() => decodeHead("head.safetensors", bytes), UserError, text);
    assertEquals(error.message.includes("\n"), false);
  };
  one(bytes.subarray(0, bytes.length - 4), "truncated");
  one(
    encodeSafetensors(new Map([["lm_head.weight", { shape: [2, 2], data: new Float32Array(4) }]])),
    "expected an acceptance head",
  );
  const tensors = new Map(
    [...headShapes(head.config)].map((
      [name, shape],
    ) => [name, { shape, data: head.weights.get(name)! }]),
  );
  const without = new Map(tensors);
  without.delete("model.2.linear.bias");
  one(encodeSafetensors(without), "no tensor model.2.linear.bias");
  const wrong = new Map(tensors);
  wrong.set("model.3.weight", { shape: [4, 4], data: new Float32Array(16) });
  one(encodeSafetensors(wrong), "model.0.linear.weight");
});

import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type AcceptanceHead,
  headParameters,
  headShapes,
  predictAcceptance,
} from "offprint/decoding/heads/mod.ts";

Deno.test("head: parameter counts of the released head, tied and untied", () => {
  assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: true }), 16_789_506);
  assertEquals(headParameters({ hiddenSize: 4096, depth: 3, tied: false }), 50_352_130);
  assertEquals(headParameters({ hiddenSize: 4096, depth: 0, tied: true }), 2 * 4096 + 2);
  assertEquals(headParameters({ hiddenSize: 128, depth: 1, tied: true }), 128 * 129 + 258);
  assertEquals(headParameters({ hiddenSize: 128, depth: 1, tied: false }), 128 * 129 + 258);
  assertEquals(4 * headParameters({ hiddenSize: 4096, depth: 3, tied: true }), 67_158_024);
  assertEquals(
    [...headShapes({ hiddenSize: 4, depth: 2, tied: false }).keys()],
    [
      "model.0.linear.weight",
      "model.0.linear.bias",
      "model.1.linear.weight",
      "model.1.linear.bias",
      "model.2.weight",
      "model.2.bias",
    ],
  );
});

Deno.test("head: forward pass by hand", () => {
  const weights = new Map([
    ["model.0.linear.weight", Float32Array.of(1, 2, 0, -1)],
    ["model.0.linear.bias", Float32Array.of(0.5, 0)],
    ["model.2.weight", Float32Array.of(1, 0, 0, 1)],
    ["model.2.bias", Float32Array.of(0, 0.25)],
  ]);
  const silu = (x: number) => x / (1 + Math.exp(-x));
  let [a, b] = [1, -2];
  for (let block = 0; block < 2; block++) {
    [a, b] = [a + silu(a + 2 * b + 0.5), b + silu(-b)];
  }
  const expected = Math.exp(b + 0.25) / (Math.exp(a) + Math.exp(b + 0.25));
  const head: AcceptanceHead = { config: { hiddenSize: 2, depth: 2, tied: true }, weights };
  assertAlmostEquals(predictAcceptance(head, [1, -2]), expected, 1e-14);
  // the same blocks, spelled out
  const untied: AcceptanceHead = {
    config: { hiddenSize: 2, depth: 2, tied: false },
    weights: new Map([
      ...weights,
      ["model.1.linear.weight", weights.get("model.0.linear.weight")!],
      ["model.1.linear.bias", weights.get("model.0.linear.bias")!],
    ]),
  };
  assertEquals(predictAcceptance(untied, [1, -2]), predictAcceptance(head, [1, -2]));
  assertThrows(() => predictAcceptance(head, [1]), RangeError, "1 numbers, expected 2");
});

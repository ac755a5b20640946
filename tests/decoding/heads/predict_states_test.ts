import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { initialHead, predictAcceptance, predictStates } from "offprint/decoding/heads/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("bulk predictions are those of single states, for every shape of head", async () => {
  const random = stream(6, "states");
  for (
    const config of [
      { hiddenSize: 5, depth: 0, tied: true },
      { hiddenSize: 5, depth: 1, tied: false },
      { hiddenSize: 7, depth: 3, tied: true },
      { hiddenSize: 7, depth: 2, tied: false },
    ]
  ) {
    const head = initialHead(config, 7);
    for (const count of [0, 1, 5000]) {
      const states = Float32Array.from(
        { length: count * config.hiddenSize },
        () => 2 * random.normal(),
      );
      const predicted = await predictStates(head, states);
      assertEquals(predicted.length, count);
      for (let i = 0; i < count; i += 97) {
        const state = states.subarray(i * config.hiddenSize, (i + 1) * config.hiddenSize);
        assertAlmostEquals(predicted[i]!, predictAcceptance(head, state), 2e-6);
      }
    }
  }
  await assertRejects(
    () =>
      predictStates(initialHead({ hiddenSize: 4, depth: 0, tied: true }, 1), new Float32Array(6)),
    RangeError,
    "a multiple of 4",
  );
});

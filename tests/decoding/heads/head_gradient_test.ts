import { assertAlmostEquals, assertLess } from "@std/assert";
import {
  headBlocks,
  type HeadConfig,
  HeadGradient,
  initialHead,
  predictAcceptance,
} from "offprint/decoding/heads/mod.ts";
import {
  type ArrayTree,
  disposeAll,
  fromFloats,
  type JaxArray,
  loadJax,
  silu,
  toFloats,
} from "offprint/lm/transformer/mod.ts";
import { stream } from "offprint/random.ts";

const CASES: HeadConfig[] = [
  { hiddenSize: 5, depth: 0, tied: true },
  { hiddenSize: 6, depth: 1, tied: true },
  { hiddenSize: 7, depth: 3, tied: true },
  { hiddenSize: 8, depth: 3, tied: false },
];
const BATCH = 9;

function example(config: HeadConfig) {
  const random = stream(1, "head gradient", config.hiddenSize);
  const weights = Float32Array.from(
    [...initialHead(config, 3).weights.values()].flatMap((values) => [...values]),
  );
  const hidden = Float32Array.from(
    { length: BATCH * config.hiddenSize },
    () => 4 * random.uniform() - 2,
  );
  const labels = Float32Array.from({ length: 2 * BATCH }, () => random.uniform());
  const gradient = new Float32Array(weights.length);
  const loss = new HeadGradient(config, BATCH).compute(weights, hidden, labels, gradient);
  return { weights, hidden, labels, gradient, loss };
}

for (const config of CASES) {
  const name = `depth ${config.depth}, ${config.tied ? "tied" : "untied"}`;

  Deno.test(`head gradient: the loss is that of the head's own predictions, ${name}`, () => {
    const { weights, hidden, labels, loss } = example(config);
    const head = {
      config,
      weights: new Map(
        headBlocks(config).map((
          { name, offset, size },
        ) => [name, weights.subarray(offset, offset + size)]),
      ),
    };
    let sum = 0, total = 0;
    for (let row = 0; row < BATCH; row++) {
      const state = hidden.subarray(row * config.hiddenSize, (row + 1) * config.hiddenSize);
      const accepted = predictAcceptance(head, state);
      sum -= labels[2 * row]! * Math.log(1 - accepted) + labels[2 * row + 1]! * Math.log(accepted);
      total += labels[2 * row]! + labels[2 * row + 1]!;
    }
    assertAlmostEquals(loss, sum / total, 1e-12);
  });

  Deno.test(`head gradient: jax-js finds the same loss and gradient, ${name}`, async () => {
    const { weights, hidden, labels, gradient, loss } = example(config);
    const jax = await loadJax();
    const np = jax.numpy;
    const parameters: ArrayTree = {};
    for (const { name, offset, size, shape } of headBlocks(config)) {
      parameters[name] = fromFloats(jax, weights.slice(offset, offset + size), shape);
    }
    const [value, gradients] = jax.valueAndGrad((tree: ArrayTree): JaxArray => {
      let state = fromFloats(jax, hidden, [BATCH, config.hiddenSize]);
      for (let block = 0; block < config.depth; block++) {
        const layer = `model.${config.tied ? 0 : block}.linear`;
        const change = np.matmul(state.ref, tree[`${layer}.weight`]!.ref.transpose())
          .add(tree[`${layer}.bias`]!.ref);
        state = state.add(silu(jax, change));
      }
      const logits = np.matmul(state, tree[`model.${config.depth}.weight`]!.ref.transpose())
        .add(tree[`model.${config.depth}.bias`]!.ref);
      const wanted = fromFloats(jax, labels, [BATCH, 2]);
      const total = wanted.ref.sum();
      const result = jax.nn.logSoftmax(logits, -1).mul(wanted).sum().mul(-1).div(total);
      disposeAll(tree);
      return result;
    })(parameters) as [JaxArray, ArrayTree];
    // Its exponentials and logarithms in float32 are off by some 5e-6; the test above is the exact one.
    assertAlmostEquals((await value.data())[0]!, loss, 1e-5);
    const found = await toFloats(gradients);
    disposeAll(gradients);
    const largest = gradient.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    for (const { name, offset, size } of headBlocks(config)) {
      const theirs = found.get(name)!;
      for (let i = 0; i < size; i++) {
        assertLess(Math.abs(theirs[i]! - gradient[offset + i]!), 1e-5 * largest, `${name}[${i}]`);
      }
    }
  });
}

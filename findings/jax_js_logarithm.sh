#!/bin/sh
# @jax-js/jax 0.1.25, WebAssembly backend: the logarithm of a float32 is off by up to 1.2e-5, where rounding to float32
# alone allows 3e-8 for numbers between 1/2 and 2. Log-softmax inherits it: a loss is right to five digits, not to seven.
# Square roots are rounded as they should be.
#
# Installs the package and Deno 2.9.6 into a temporary folder and compares 3 000 logarithms and square roots with those
# in double precision. Ends with 1 when the logarithm is better than 1e-6, or a square root worse than 2e-7.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund deno@2.9.6 @jax-js/jax@0.1.25
cat > accuracy.mjs <<'JS'
import { defaultDevice, init, numpy as np } from "@jax-js/jax";
await init("wasm");
defaultDevice("wasm");
const inputs = Float32Array.from({ length: 3001 }, (_, i) => 0.5 + i / 2000);
const farthest = async (ours, exact) => {
  const got = await ours(np.array(inputs)).data();
  return inputs.reduce((most, x, i) => Math.max(most, Math.abs(got[i] - exact(x))), 0);
};
const log = await farthest((x) => np.log(x), Math.log);
const sqrt = await farthest((x) => np.sqrt(x), Math.sqrt);
console.log(`largest error of log ${log.toExponential(1)}, of sqrt ${sqrt.toExponential(1)}`);
process.exit(log > 1e-6 && sqrt < 2e-7 ? 0 : 1);
JS
NO_COLOR=1 node_modules/.bin/deno run -A --quiet accuracy.mjs
echo "as seen in November 2026"

/** Training passes in 32-bit floats and steps of AdamW: log-probabilities, gradients and parameters bit for bit. */
import { assertEquals } from "@std/assert";
import { stream } from "offprint/random.ts";
import { trainingBlocks, TrainingModel, type TrainingSizes } from "kernels/mod.ts";
import { adamw } from "kernels/reference/adamw.ts";
import { trainingForward, trainingGradient } from "kernels/reference/training.ts";
import { assertSame, type Conformance, refuses } from "./checking.ts";

const POSITIONS = 60;

/** Heads that share keys by one, two and three; sizes that fill no tile, or several; texts of one token. */
const CASES: Record<string, { sizes: TrainingSizes; batches: [texts: number, length: number][] }> =
  {
    "one head of 8": {
      sizes: {
        ...{ vocabulary: 5, width: 8, inner: 8, layers: 1, heads: 1, kvHeads: 1, headDim: 8 },
        ...{ epsilon: 1e-5, tied: true },
      },
      batches: [[1, 1], [3, 7]],
    },
    "pairs of 16, an output matrix of its own": {
      sizes: {
        ...{ vocabulary: 71, width: 40, inner: 72, layers: 2, heads: 4, kvHeads: 2, headDim: 16 },
        ...{ epsilon: 1e-6, tied: false },
      },
      batches: [[2, 50], [1, 3]],
    },
    "threes of 24": {
      sizes: {
        ...{ vocabulary: 300, width: 48, inner: 24, layers: 2, heads: 3, kvHeads: 1, headDim: 24 },
        ...{ epsilon: 1e-5, tied: true },
      },
      batches: [[5, 60]],
    },
  };

function randomModel(name: string, sizes: TrainingSizes): TrainingModel {
  const random = stream(9, "training", name);
  const { embedding, layers, finalNorm, head, size } = trainingBlocks(sizes);
  const parameters = new Float32Array(size);
  const blocks = [embedding, finalNorm, head, ...layers.flatMap((layer) => Object.values(layer))];
  for (const { offset, size, rows } of blocks) {
    const deviation = rows === 1 ? 0.3 : 1.5 / Math.sqrt(size / rows);
    for (let i = offset; i < offset + size; i++) {
      parameters[i] = (rows === 1 ? 1 : 0) + deviation * random.normal();
    }
  }
  const half = sizes.headDim / 2;
  const angles = Float32Array.from(
    { length: POSITIONS * half },
    (_, i) => Math.floor(i / half) * 10 ** (-2 * (i % half) / half),
  );
  return new TrainingModel({
    ...{ ...sizes, parameters },
    ...{ cos: angles.map(Math.cos), sin: angles.map(Math.sin) },
  });
}

/** Some tokens several times; some targets that do not count. */
function randomBatch(name: string, { vocabulary }: TrainingSizes, texts: number, length: number) {
  const random = stream(10, "training", name, texts);
  const draw = () =>
    Int32Array.from({ length: texts * length }, () => random.integer(Math.min(vocabulary, 40)));
  const coefficients = Float32Array.from(
    { length: texts * length },
    (_, i) => i % 3 === 1 ? 0 : random.normal(),
  );
  return { batch: { texts, length, tokens: draw(), targets: draw() }, coefficients };
}

const STEP = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1 };

export const training: Conformance[] = [
  {
    name: "trainingForward and trainingGradient: decoders and batches of every shape",
    async check(kernels) {
      for (const [name, { sizes, batches }] of Object.entries(CASES)) {
        const model = randomModel(name, sizes);
        for (const [texts, length] of batches) {
          const what = `${name}, ${texts} x ${length}`;
          const { batch, coefficients } = randomBatch(name, sizes, texts, length);
          const logProbs = await kernels.trainingForward(model, batch);
          assertSame(logProbs, trainingForward(model, batch), `${what}: log p`);
          const gradient = await kernels.trainingGradient(model, coefficients);
          assertSame(gradient, trainingGradient(model, coefficients), `${what}: gradient`);
          // Once more through the same pass, into an array that something lies in.
          const [half, output] = [coefficients.map((c) => c / 2), gradient.map(() => 7)];
          assertEquals(await kernels.trainingGradient(model, half, output), output);
          assertSame(output, trainingGradient(model, half), `${what}: again`);
        }
      }
    },
  },
  {
    name: "adamw: steps with clipping and without, blocks that decay and others",
    async check(kernels) {
      const random = stream(11, "adamw");
      const count = 40_003;
      const draw = (scale: number) =>
        Float32Array.from({ length: count }, () => scale * random.normal());
      const start = [draw(1), draw(0.1), draw(0.1).map((value) => value * value)] as const;
      const stateOf = () => {
        const [parameters, first, second] = start.map((array) => array.slice());
        return { parameters: parameters!, first: first!, second: second! };
      };
      const [ours, theirs] = [stateOf(), stateOf()];
      const blocks = [
        { offset: 0, size: 17_001, decays: true },
        { offset: 17_001, size: 1, decays: false },
        { offset: 17_002, size: 23_000, decays: true },
      ];
      for (const [step, clipNorm] of [1e9, 0.5, 1e9].entries()) {
        const gradient = draw(step);
        const options = { ...STEP, clipNorm, learningRate: 1e-3, count: step + 1 };
        const norm = await kernels.adamw(ours, blocks, gradient, options);
        assertEquals(norm, adamw(theirs, blocks, gradient, options));
        for (const name of ["parameters", "first", "second"] as const) {
          assertSame(ours[name], theirs[name], `step ${step}: ${name}`);
        }
      }
      // What no block covers stays.
      assertEquals(ours.parameters[count - 1], start[0][count - 1]);
    },
  },
  {
    name: "training: what does not fit is refused",
    async check(kernels) {
      const { sizes } = CASES["one head of 8"]!;
      const model = randomModel("refused", sizes);
      const { batch, coefficients } = randomBatch("refused", sizes, 2, 3);
      await refuses(
        () => kernels.trainingGradient(model, coefficients),
        "trainingGradient: pass: got none of this model",
      );
      const run = (change: Partial<typeof batch>) => () =>
        kernels.trainingForward(model, { ...batch, ...change });
      await refuses(run({ texts: 0 }), "training: texts: got 0");
      await refuses(run({ length: POSITIONS + 1 }), "training: length: got 61");
      await refuses(run({ tokens: new Int32Array(5) }), "training: tokens: got Int32Array of 5");
      await refuses(
        run({ targets: Int32Array.of(0, 1, 2, 3, 5, 4) }),
        "training: targets[1][1]: got 5, expected a whole number below 5",
      );
      await kernels.trainingForward(model, batch);
      await refuses(
        () => kernels.trainingGradient(model, coefficients.subarray(1)),
        "trainingGradient: coefficients: got Float32Array of 5",
      );
      await refuses(
        () => kernels.trainingGradient(model, coefficients, new Float32Array(3)),
        "trainingGradient: output: got Float32Array of 3",
      );
      const { parameters, cos, sin } = model;
      const wrong = (change: Partial<TrainingSizes>) => async () => {
        await Promise.resolve();
        return new TrainingModel({ ...sizes, parameters, cos, sin, ...change });
      };
      await refuses(wrong({ inner: 12 }), "decoder: inner: got 12, expected a multiple of 8");
      await refuses(wrong({ headDim: 16 }), "decoder: parameters: got Float32Array of");
      const state = { parameters, first: new Float32Array(3), second: parameters };
      const options = { ...STEP, clipNorm: 1, learningRate: 1, count: 1 };
      await refuses(() => kernels.adamw(state, [], parameters, options), "adamw: first: got");
      const whole = { parameters, first: parameters.slice(), second: parameters.slice() };
      const blocks = [{ offset: 1, size: parameters.length, decays: true }];
      await refuses(
        () => kernels.adamw(whole, blocks, parameters.slice(), options),
        "adamw: block 0: got up to",
      );
    },
  },
];

/**
 * Training steps: the engines on the project's kernels and on ONNX Runtime against PyTorch, jax-js and the speed this project
 * asks for, and whether a long training keeps its memory. PyTorch is no package of this project: without it its row is
 * left out, and what installs it is said.
 *
 * @module
 */
import {
  type BenchRow,
  type Contestant,
  interleaved,
  lessIsBetter,
} from "offprint/kit/bench/report.ts";
import { JaxEngine } from "offprint/lm/training/engines/jax_engine.ts";
import { NativeEngine } from "offprint/lm/training/engines/native_engine.ts";
import { OnnxEngine } from "offprint/lm/training/engines/onnx_engine.ts";
import {
  checkedRecipe,
  type ModelRecipe,
  modelRecipe,
  recipeConfig,
} from "offprint/lm/transformer/recipe.ts";
import type { EngineOptions, TrainingEngine } from "offprint/lm/training/engines/engine.ts";
import { languageModelStep } from "offprint/lm/training/engines/language_model_step.ts";
import { initialWeights } from "offprint/lm/transformer/definition.ts";
import { jaxStep } from "./jax_step.ts";
import { openTorch, type TorchPeer, type TorchSteps } from "./torch_peer.ts";
import { parameterCount } from "offprint/lm/transformer/config.ts";
import type { Batch } from "offprint/lm/training/batches/windows.ts";
import { stream } from "offprint/random.ts";

/** Tokens per second that the project asks of a model of one million parameters. */
const FLOOR = 2000;
/** The learning rate of both sides. */
const RATE = 1e-3;
const REPETITIONS = 7;
/** Steps that a contestant takes on end. */
const STEPS_IN_A_TURN = 3;
const STEPS = 1000;

/** Speed at one million parameters, and memory over a thousand steps of a small model. */
export async function trainingRows(progress: (line: string) => void): Promise<BenchRow[]> {
  return [
    ...await speedRows(2, progress),
    ...await speedRows(8, progress),
    await memoryRow("native"),
    await memoryRow("onnx"),
    await memoryRow("jax"),
  ];
}

/** Steps on batches of `texts` texts, ours and the peers' in turn. */
async function speedRows(texts: number, progress: (line: string) => void): Promise<BenchRow[]> {
  const recipe = await oneMillion(texts);
  const { batch, shape } = sizes(recipe);
  const options = engineOptions(recipe);
  const contestants: Record<string, Contestant> = {};
  const closing: (() => unknown)[] = [];
  const firsts: Awaited<ReturnType<typeof languageModelStep>>[] = [];
  for (const [name, Engine] of Object.entries({ native: NativeEngine, onnx: OnnxEngine })) {
    const engine = await Engine.open(options);
    let count = 0;
    const step = () => languageModelStep(engine, batch, RATE, ++count);
    firsts.push(await step());
    contestants[name] = async () => {
      for (let i = 0; i < STEPS_IN_A_TURN; i++) await step();
    };
    closing.push(() => engine.close());
  }
  // jax-js is the reference: it need not be measured at every size.
  if (texts === 2) {
    const jax = await jaxStep(options.config, recipe.training, batch);
    contestants["jax"] = jax.step;
    closing.push(jax.close);
  }
  const torch = new Map<number, TorchPeer>();
  for (const threads of [...new Set([1, navigator.hardwareConcurrency])]) {
    const peer = await openTorch({
      ...{ config: options.config, optimizer: recipe.training, learningRate: RATE },
      ...{ weights: options.start.parameters, batch, threads },
    });
    if (typeof peer === "string") {
      progress(`lm: PyTorch row left out, ${peer}`);
      break;
    }
    torch.set(threads, peer);
    closing.push(peer.close);
    const theirs = await peer.steps(1);
    for (const first of firsts) mustAgree(first, theirs);
    contestants[`torch ${threads}`] = () => peer.steps(STEPS_IN_A_TURN);
  }
  const resting = Object.fromEntries(
    Object.entries(contestants).flatMap((
      [name, turn],
    ) => [[`rest before ${name}`, rest], [name, turn]]),
  );
  const seconds = await interleaved(resting, REPETITIONS);
  for (const close of closing) await close();
  const tokens = batch.tokens.length;
  const [ours, onnx] = ["native", "onnx"].map((name) =>
    STEPS_IN_A_TURN * tokens / seconds[name]!
  ) as [number, number];
  const row = (peer: number, peerName: string): BenchRow => ({
    ...{ name: "training step", shape, ours, peer, peerName, unit: "tokens/s", ratio: ours / peer },
  });
  const rows: BenchRow[] = [];
  const speeds = [...torch].map(([threads, { name }]) => ({
    peerName: `${name}, ${threads} thread${threads === 1 ? "" : "s"}`,
    speed: STEPS_IN_A_TURN * tokens / seconds[`torch ${threads}`]!,
  })).toSorted((a, b) => b.speed - a.speed);
  if (speeds.length > 0) {
    const others = speeds.slice(1).map(({ peerName, speed }) =>
      `${peerName.replace(/.*, /, "")}: ${Math.round(speed)}`
    );
    const peerName = [speeds[0]!.peerName, ...others].join("; ");
    rows.push(row(speeds[0]!.speed, peerName), {
      ...row(speeds[0]!.speed, peerName),
      ...{ name: "training step, ONNX Runtime", ours: onnx, ratio: onnx / speeds[0]!.speed },
    });
  }
  rows.push(row(onnx, "ONNX Runtime"));
  if (texts === 2) {
    const jax = tokens / seconds["jax"]!;
    rows.push(row(jax, "jax-js"), row(FLOOR, "the floor of 2 000"), {
      ...row(FLOOR, "the floor of 2 000, jax-js itself"),
      ...{ ours: jax, ratio: jax / FLOOR },
    });
  }
  return rows;
}

/**
 * Threads of the one before may spin for a while after its turn: OpenBLAS's keep a processor busy for a tenth of a second
 * (measured), which is longer than a turn.
 */
function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 250));
}

/** A peer that computes something else is none: the same weights and tokens give the same loss and gradient. */
function mustAgree(
  { loss, gradientNorm }: { loss: number; gradientNorm: number },
  peer: TorchSteps,
): void {
  const apart = (a: number, b: number): number => Math.abs(a / b - 1);
  if (apart(loss, peer.loss) < 1e-5 && apart(gradientNorm, peer.norm) < 1e-4) return;
  throw new Error(
    `PyTorch: loss ${peer.loss}, gradient norm ${peer.norm}; ours ${loss}, ${gradientNorm}`,
  );
}

/** Four layers of width 128 and 2 048 tokens of vocabulary: one million parameters. */
async function oneMillion(batch: number): Promise<ModelRecipe> {
  const target = await modelRecipe("sotu-target");
  return checkedRecipe("bench", {
    ...target,
    training: { ...target.training, batch },
    model: {
      vocabSize: 2048,
      width: 128,
      layers: 4,
      heads: 2,
      keyValueHeads: 2,
      feedForward: 320,
      contextLength: 256,
    },
  });
}

function engineOptions(recipe: ModelRecipe): EngineOptions {
  const config = recipeConfig(recipe, recipe.model.vocabSize);
  return {
    config,
    optimizer: { kind: "adamw", ...recipe.training },
    start: { parameters: initialWeights(config, recipe.seed) },
  };
}

function sizes(recipe: ModelRecipe): { batch: Batch; shape: string } {
  const { vocabSize, contextLength } = recipe.model;
  const count = recipe.training.batch * contextLength;
  const random = stream(1, "bench-training");
  const draw = (): Int32Array =>
    Int32Array.from({ length: count }, () => 1 + random.integer(vocabSize - 1));
  const weights = new Float32Array(count).fill(1);
  const parameters = parameterCount(recipeConfig(recipe, vocabSize));
  return {
    batch: {
      rows: recipe.training.batch,
      length: contextLength,
      tokens: draw(),
      targets: draw(),
      weights,
    },
    shape: `${parameters} parameters, ${recipe.training.batch} × ${contextLength} tokens`,
  };
}

/** Resident memory after a thousand steps beside that after a hundred. */
async function memoryRow(name: "native" | "onnx" | "jax"): Promise<BenchRow> {
  const recipe = await modelRecipe("tiny");
  const { batch, shape } = sizes(recipe);
  const engines = { native: NativeEngine, onnx: OnnxEngine, jax: JaxEngine };
  const engine: TrainingEngine = await engines[name].open(engineOptions(recipe));
  let early = 0;
  for (let step = 1; step <= STEPS; step++) {
    await languageModelStep(engine, batch, 1e-3, step);
    if (step === STEPS / 10) early = Deno.memoryUsage().rss;
  }
  const late = Deno.memoryUsage().rss;
  await engine.close();
  return lessIsBetter({
    name: `memory of training, ${name}`,
    shape: `${shape}; after ${STEPS} steps`,
    ours: late / 2 ** 20,
    peer: early / 2 ** 20,
    peerName: `after ${STEPS / 10} steps`,
    unit: "MB",
  });
}

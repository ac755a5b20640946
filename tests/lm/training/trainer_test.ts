import { assert, assertEquals, assertRejects } from "@std/assert";
import { fileURLToPath, pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { learningRate } from "offprint/lm/training/engines/adamw.ts";
import { loadCheckpoint } from "offprint/lm/training/checkpoint.ts";
import { train } from "offprint/lm/training/trainer.ts";
import { TrainingDisplay } from "offprint/lm/training/display.ts";
import { duration } from "offprint/terminal.ts";
import { programPath, smallTraining, trainSmall } from "./small_training.ts";

async function inFolder(run: (folder: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(pathToFileURL(`${path}/`));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

/** What an uninterrupted training ends with. */
const whole = await (async () => {
  let result: Awaited<ReturnType<typeof trainSmall>> | undefined;
  await inFolder(async (folder) => {
    result = await trainSmall(folder);
  });
  return result!;
})();

Deno.test("training lowers the loss and keeps a curve", () => {
  assert(whole.finished);
  const { curve, step } = whole.progress;
  assertEquals(curve.map((point) => point.step), [
    ...Array.from({ length: Math.floor((step - 1) / 7) }, (_, i) => 7 * (i + 1)),
    step,
  ]);
  assert(curve.at(-1)!.train < curve[0]!.train - 0.3, JSON.stringify(curve));
  assert(curve.at(-1)!.heldOut < curve[0]!.heldOut);
});

Deno.test("an interrupted training ends with the same weights, bit for bit", async () => {
  await inFolder(async (folder) => {
    for (const stopAfter of [3, 10, 0, 1]) {
      const part = await trainSmall(folder, { stopAfter });
      assertEquals(part.finished, false);
    }
    const rest = await trainSmall(folder);
    assertEquals(rest.progress, whole.progress);
    for (const [name, values] of whole.weights) {
      assertEquals(bits(rest.weights.get(name)!), bits(values), name);
    }
  });
});

/** Bit patterns, so that equality is exact. */
function bits(values: Float32Array): Uint32Array {
  return new Uint32Array(values.slice().buffer);
}

Deno.test("a training killed at any moment goes on from its last whole checkpoint", async () => {
  await inFolder(async (folder) => {
    const root = fileURLToPath(new URL("../../../", import.meta.url));
    for (const killAt of [4, 9]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "-A", "--lock=deno.lock", "--frozen", programPath, folder.href],
        cwd: root,
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
      let seen = "";
      while (!seen.split("\n").slice(0, -1).some((line) => Number(line) >= killAt)) {
        const { value, done } = await reader.read();
        if (done) break;
        seen += value;
      }
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    }
    const { recipeHash } = await smallTraining(folder);
    const found = await loadCheckpoint(folder, recipeHash);
    assert(found !== undefined && found.progress.step >= 3);
    const rest = await trainSmall(folder);
    assertEquals(rest.progress, whole.progress);
    for (const [name, values] of whole.weights) {
      assertEquals(bits(rest.weights.get(name)!), bits(values), name);
    }
  });
});

Deno.test("a damaged checkpoint falls back to the one before; two damaged ones are an error", async () => {
  await inFolder(async (folder) => {
    await trainSmall(folder, { stopAfter: 2, checkpointSeconds: 0 });
    const { recipeHash } = await smallTraining(folder);
    const file = new URL("state.safetensors", folder);
    const bytes = await Deno.readFile(file);
    await Deno.writeFile(file, bytes.subarray(0, bytes.length - 5));
    const warnings: string[] = [];
    const found = await loadCheckpoint(folder, recipeHash, (line) => warnings.push(line));
    assert(found !== undefined);
    assertEquals(warnings.length, 1);
    assert(warnings[0]!.includes("state.safetensors"));
    await Deno.writeTextFile(new URL("state.previous.safetensors", folder), "no");
    await assertRejects(() => loadCheckpoint(folder, recipeHash), UserError, "state.safetensors");
  });
});

Deno.test("a checkpoint of another recipe is refused and left alone", async () => {
  await inFolder(async (folder) => {
    await trainSmall(folder, { stopAfter: 1 });
    await assertRejects(() => loadCheckpoint(folder, "another"), UserError, "another recipe");
    assert(await loadCheckpoint(folder, (await smallTraining(folder)).recipeHash) !== undefined);
  });
});

Deno.test("no checkpoint is no error", async () => {
  await inFolder(async (folder) => assertEquals(await loadCheckpoint(folder, "x"), undefined));
});

Deno.test("a loss that is no number stops the training in one clear line", async () => {
  await inFolder(async (folder) => {
    const input = await smallTraining(folder);
    const recipe = {
      ...input.recipe,
      training: { ...input.recipe.training, peak: 1e30, clipNorm: 1e30, warmUp: 1 },
    };
    await assertRejects(() => train({ ...input, recipe }), UserError, "finite loss");
  });
});

Deno.test("an aborted training stops after the step in progress and is saved", async () => {
  await inFolder(async (folder) => {
    const stop = new AbortController();
    const result = await trainSmall(folder, {
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step === 3) stop.abort();
      },
    });
    assertEquals([result.finished, result.progress.step], [false, 3]);
    const found = await loadCheckpoint(folder, (await smallTraining(folder)).recipeHash);
    assertEquals(found?.progress.step, 3);
  });
});

Deno.test("the learning rate warms up, then follows half a cosine down to the floor", () => {
  const schedule = { peak: 2, warmUp: 10, steps: 110, floor: 0.1 };
  assertEquals(learningRate(schedule, 5), 1);
  assertEquals(learningRate(schedule, 10), 2);
  assertEquals(Math.round(learningRate(schedule, 60) * 1e9) / 1e9, 1.1);
  assertEquals(Math.round(learningRate(schedule, 110) * 1e9) / 1e9, 0.2);
  assertEquals(learningRate(schedule, 200), learningRate(schedule, 110));
});

Deno.test("the progress line says step, loss, speed and time left", () => {
  let now = 0;
  const lines: string[] = [];
  const display = new TrainingDisplay({
    write: (text) => lines.push(text),
    now: () => now,
    terminal: false,
  });
  for (let step = 1; step <= 3; step++) {
    now += 500;
    display.step({ step, steps: 1000, tokens: 512, loss: 4, gradientNorm: 1, learningRate: 1e-3 });
  }
  assertEquals(lines, ["step 1/1000  loss 4.000  lr 1.00e-3  1024 tokens/s  8 min left\n"]);
  display.note("saved");
  assertEquals(lines.at(-1), "saved\n");
  assertEquals([30, 300, 7500].map(duration), ["30 s", "5 min", "2 h 05 min"]);
});

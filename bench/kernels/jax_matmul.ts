/**
 * jax-js's matrix product on its WebGPU backend.
 *
 * @module
 */
import type * as JaxModule from "@jax-js/jax";
import { timesInATurn, type Turn } from "./turn.ts";

/** jax-js on its own WebGPU device. */
export interface JaxOnGpu {
  readonly dtypes: readonly ("float16" | "float32")[];
  turn(
    x: Float32Array,
    w: Float16Array,
    M: number,
    N: number,
    K: number,
    dtype: "float16" | "float32",
    turnMs: number,
  ): Promise<Turn & { dispose(): void }>;
  restore(): void;
}

/** jax-js with its WebGPU backend, or nothing where that does not start, with a message. */
export async function loadJaxOnGpu(
  progress: (line: string) => void,
): Promise<JaxOnGpu | undefined> {
  const specifier: string = "@jax-js/jax"; // not a literal: fetched only when it is wanted
  const jax = await import(specifier) as typeof JaxModule;
  const devices = await jax.init("webgpu");
  if (!devices.includes("webgpu")) {
    progress("webgpu: jax-js: skipped, its WebGPU backend does not start");
    return undefined;
  }
  const before = jax.defaultDevice();
  jax.defaultDevice("webgpu");
  const { numpy } = jax;
  const product = jax.jit((x: JaxModule.Array, w: JaxModule.Array) => numpy.matmul(x, w));
  const hasHalf = jax.getWebGPUDevice().features.has("shader-f16");
  return {
    dtypes: hasHalf ? ["float16", "float32"] : ["float32"],
    async turn(x, w, M, N, K, dtype, turnMs) {
      const array = (data: Float32Array<ArrayBuffer>, shape: number[]) =>
        numpy.array(data, { shape }).astype(numpy[dtype]);
      const input = array(Float32Array.from(x), [M, K]);
      const matrix = array(transposed(w, N, K), [K, N]);
      const run = async (times: number) => {
        for (let i = 0; i < times; i++) {
          const y = product(input.ref, matrix.ref);
          if (i === times - 1) await y.blockUntilReady();
          y.dispose();
        }
      };
      const times = await timesInATurn(run, turnMs);
      const dispose = () => {
        input.dispose();
        matrix.dispose();
      };
      return { run: () => run(times), times, dispose };
    },
    restore: () => void jax.defaultDevice(before),
  };
}

function transposed(w: Float16Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) result[j * rows + row] = w[row * columns + j]!;
  }
  return result;
}

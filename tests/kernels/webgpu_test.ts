/** Opening, closing and losing a device: the WebGPU backend as a guest of its machine. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KernelError, openKernels, quantizeWeights } from "kernels/mod.ts";
import { requestDevice } from "kernels/webgpu/device.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { testDevice } from "./webgpu/adapter.ts";

const found = await testDevice("webgpu");
if (found !== undefined) {
  const { device } = found;
  const cpu = () => openKernels({ backend: "reference" });

  Deno.test("webgpu: opened by name, closed, and refused then", async () => {
    const gpu = await openKernels({ backend: "webgpu" });
    assertEquals(gpu.backend, "webgpu");
    assertStringIncludes(gpu.reason, "sampling and verification: ");
    const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
    await gpu.quantizeActivations(new Float32Array(32), 1, 32, format);
    gpu.close();
    await assertRejects(
      () => gpu.quantizeActivations(new Float32Array(32), 1, 32, format),
      KernelError,
      "closed",
    );
  });

  /** Runs `work` while `create` makes the device's buffers. */
  const making = async (create: GPUDevice["createBuffer"], work: () => Promise<void>) => {
    const own = device.createBuffer;
    device.createBuffer = create;
    try {
      await work();
    } finally {
      device.createBuffer = own;
    }
  };
  const createBuffer = GPUDevice.prototype.createBuffer;
  const small = () => ({
    x: new Float32Array(5 * 32).fill(1),
    format: { blockSize: 32, bits: Uint8Array.of(4), scheme: "minmax" } as const,
    weights: quantizeWeights(new Float32Array(8 * 32).fill(1), 8, 32, 32),
  });

  Deno.test("webgpu: closing frees every buffer of a device that was given", async () => {
    let made = 0, destroyed = 0;
    await making((descriptor) => {
      made++;
      const buffer = createBuffer.call(device, descriptor);
      buffer.destroy = () => {
        destroyed++;
        GPUBuffer.prototype.destroy.call(buffer);
      };
      return buffer;
    }, async () => {
      const gpu = await openWebGpu(await cpu(), { device });
      const { x, format, weights } = small();
      await gpu.linear(x, 5, format, weights);
      gpu.close();
    });
    assert(made > 0);
    assertEquals(destroyed, made);
  });

  Deno.test("webgpu: weights that the device refuses are asked for again", async () => {
    const gpu = await openWebGpu(await cpu(), { device });
    const { x, format, weights } = small();
    const { MAP_READ, STORAGE } = GPUBufferUsage; // which do not go together
    await making(
      (descriptor) => createBuffer.call(device, { ...descriptor, usage: MAP_READ | STORAGE }),
      async () => {
        await assertRejects(() => gpu.linear(x, 5, format, weights), Error, "webgpu: weights: ");
      },
    );
    assertEquals((await gpu.linear(x, 5, format, weights))[0], 32);
  });

  Deno.test("webgpu: a device that is lost is named", async () => {
    const { device } = await requestDevice();
    const gpu = await openWebGpu(await cpu(), { device });
    const format = { blockSize: 32, bits: Uint8Array.of(4) } as const;
    await gpu.quantizeActivations(new Float32Array(32), 1, 32, format);
    device.destroy();
    await device.lost;
    await assertRejects(
      () => gpu.quantizeActivations(new Float32Array(32), 1, 32, format),
      KernelError,
      "webgpu: device: got a device that was lost",
    );
  });
}

/** What the tests of the WebGPU backend start from: an adapter, or one counted skip that says why there is none. */
import { type Kernels, openKernels } from "kernels/mod.ts";
import { requestDevice, WebGpuUnavailable } from "kernels/webgpu/device.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";

/** A device for tests. Where there is no adapter, a skipped test named after `what` gives the reason. */
export async function testDevice(
  what: string,
): Promise<Awaited<ReturnType<typeof requestDevice>> | undefined> {
  try {
    return await requestDevice();
  } catch (error) {
    if (!(error instanceof WebGpuUnavailable)) throw error;
    Deno.test({ name: `${what}: skipped, ${error.message}`, ignore: true, fn() {} });
    return undefined;
  }
}

/** Registers tests twice: as the device runs them, and without `dot4I8Packed` and cut into small parts. */
export async function onBothPaths(
  what: string,
  tests: (name: string, gpu: Kernels) => void,
): Promise<void> {
  const found = await testDevice(what);
  if (found === undefined) return;
  const { device, name } = found;
  const cpu = () => openKernels({ backend: "reference" });
  tests(`webgpu on ${name}`, await openWebGpu(await cpu(), { device }));
  tests(
    `webgpu on ${name}, without dot4I8Packed, in small parts`,
    await openWebGpu(await cpu(), { device, packedDot: false, mostBytes: 2048 }),
  );
}

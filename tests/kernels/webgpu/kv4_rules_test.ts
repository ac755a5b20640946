/** What a KV cache on a GPU refuses, whose it is, and that logits depend on positions alone. */
import { assertRejects } from "@std/assert";
import fc from "fast-check";
import { stream } from "offprint/random.ts";
import { KernelError, KvCache, type KvText, openKernels } from "kernels/mod.ts";
import { Gpu } from "kernels/webgpu/device.ts";
import { GpuKv } from "kernels/webgpu/kv4.ts";
import { openWebGpu } from "kernels/webgpu/mod.ts";
import { assertClose } from "../conformance/checking.ts";
import { testDevice } from "./adapter.ts";

const found = await testDevice("webgpu, KV rules");
if (found !== undefined) {
  const { device, name } = found;
  const gpu = new Gpu(device);
  const kv = new GpuKv(gpu, device.limits.maxStorageBufferBindingSize);
  const on = `webgpu on ${name}`;

  Deno.test(`${on}: what 16-bit floats cannot hold, and overflows, are refused`, async () => {
    const cache = new KvCache({ layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 });
    const pass = cache.begin([{ text: cache.open(), tokens: 3 }]);
    const bad = (at: number, value: number) => new Float32Array(96).fill(1).fill(value, at, at + 1);
    const fine = bad(0, 1);
    const refuses = (call: () => Promise<unknown>, words: string) =>
      assertRejects(call, KernelError, words);
    for (const value of [NaN, Infinity, 65520]) {
      await refuses(() => kv.kvAppend(pass, 0, bad(33, value), fine), `k[1][1]: got ${value}`);
      await refuses(() => kv.kvAppend(pass, 0, fine, bad(95, -value)), `v[2][31]: got ${-value}`);
    }
    await kv.kvAppend(pass, 0, bad(3, 65519), fine);
    await refuses(() => kv.kvAttend(pass, 0, bad(36, NaN), 2), "kvAttend: q[1][4]: got NaN");
    await refuses(
      () => kv.kvAttend(pass, 0, bad(32 + 3, 3e38), 2),
      "kvAttend: scores of row 1, head 0: got an overflow",
    );
    await refuses(() => kv.kvAttend(pass, 0, fine, 3), "heads: got 3, expected a multiple");
    await refuses(() => kv.kvAppend(pass, 1, fine, fine), "layer: got 1, expected a whole number");
  });

  Deno.test(`${on}: a cache belongs to the kernels that first filled it`, async () => {
    const shape = { layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
    const cpu = await openKernels({ backend: "reference" });
    const kernels = await openWebGpu(cpu, { device });
    const row = new Float32Array(32);
    const step = (cache: KvCache) => cache.begin([{ text: cache.open(), tokens: 1 }]);
    const onGpu = new KvCache(shape), onCpu = new KvCache(shape);
    await kernels.kvAppend(step(onGpu), 0, row, row);
    await cpu.kvAppend(step(onCpu), 0, row, row);
    await assertRejects(
      () => cpu.kvAppend(step(onGpu), 0, row, row),
      KernelError,
      "kvAppend: pass: got a cache whose contents are on a GPU, expected one that these kernels",
    );
    await assertRejects(
      () => kernels.kvAttend(step(onCpu), 0, row, 2),
      KernelError,
      "kvAttend: pass: got a cache whose contents are in the memory of the process",
    );
    await assertRejects(() => kv.kvAppend(step(onGpu), 0, row, row), KernelError, "on a GPU");
  });

  Deno.test(`${on}: position rule, roll-back and branches leave no trace`, async () => {
    const shape = { layers: 1, kvHeads: 2, headDim: 16, groupSize: 32 } as const;
    /** A row is a function of its position and of the branch it was written on. */
    const rowsOf = (kind: string, branch: number[], start: number, count: number) =>
      Float32Array.from({ length: count * 32 }, (_, i) => {
        const position = start + Math.floor(i / 32);
        return stream(9, kind, position, branch[position] ?? 0, i % 32).normal();
      });
    const extend = async (text: KvText, tokens: number, branch: number[]) => {
      const start = text.length;
      const pass = text.cache.begin([{ text, tokens }]);
      const [k, v, q] = ["k", "v", "q"].map((kind) => rowsOf(kind, branch, start, tokens));
      await kv.kvAppend(pass, 0, k!, v!);
      const y = await kv.kvAttend(pass, 0, q!, 2);
      pass.commit();
      return y;
    };
    const step = fc.record({
      do: fc.constantFrom("extend", "extend", "truncate", "fork", "abandon"),
      by: fc.integer({ min: 1, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 8 }), async (steps) => {
        const cache = new KvCache(shape);
        const texts = [{ text: cache.open(), branch: [] as number[], furthest: 0 }];
        for (const [i, { do: what, by }] of steps.entries()) {
          const { text, branch, furthest } = texts[i % texts.length]!;
          if (what === "extend") {
            for (let p = text.length; p < text.length + by; p++) branch[p] = i;
            await extend(text, by, branch);
            texts[i % texts.length]!.furthest = Math.max(furthest, text.length);
          } else if (what === "truncate") {
            text.truncate(Math.max(0, Math.min(text.length, furthest - by)));
          } else if (what === "fork") {
            texts.push({ text: text.fork(), branch: [...branch], furthest });
          } else cache.begin([{ text, tokens: by }]); // and never committed
        }
        for (const { text, branch } of texts) {
          const length = text.length;
          branch[length] = -1;
          const fresh = new KvCache(shape).open();
          if (length > 0) await extend(fresh, length, branch);
          const most = 2 ** -20 * 13 * 6; // sums of sizes of 16 terms, and values, of normal numbers
          assertClose(
            await extend(text, 1, branch),
            await extend(fresh, 1, branch),
            most,
            "next token",
          );
        }
      }),
      { seed: 7, numRuns: 6 },
    );
  });
}

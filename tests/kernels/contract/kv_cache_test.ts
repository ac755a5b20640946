/** The books of the KV cache, and the position rule: what is computed depends on the tokens alone. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { stream } from "offprint/random.ts";
import {
  type GroupSize,
  KernelError,
  type Kernels,
  KvCache,
  KvLayout,
  type KvText,
  openKernels,
} from "kernels/mod.ts";
import { assertSame } from "../conformance/mod.ts";

const kernels = await openKernels();
const SHAPE = { layers: 2, kvHeads: 2, headDim: 16, groupSize: 32 as GroupSize };
const HEADS = 4;

/** Keys, values and queries of the token at a position: a function of the position and of `branch`. */
function rowsOf(kind: string, heads: number, branch: number[], from: number, count: number) {
  const all = new Float32Array(count * heads * SHAPE.headDim);
  for (let i = 0; i < count; i++) {
    const random = stream(9, kind, from + i, branch[from + i] ?? 0);
    for (let j = 0; j < heads * SHAPE.headDim; j++) {
      all[i * heads * SHAPE.headDim + j] = random.normal();
    }
  }
  return all;
}

/** One forward pass; returns the outputs of the last layer, a row per token. */
async function extend(
  text: KvText,
  tokens: number,
  branch: number[] = [],
  on: Kernels = kernels,
): Promise<Float32Array> {
  const start = text.length;
  const pass = text.cache.begin([{ text, tokens }]);
  let out = new Float32Array();
  for (let layer = 0; layer < SHAPE.layers; layer++) {
    const rows = (kind: string, heads: number) =>
      rowsOf(`${kind}${layer}`, heads, branch, start, tokens);
    await on.kvAppend(pass, layer, rows("k", SHAPE.kvHeads), rows("v", SHAPE.kvHeads));
    out = new Float32Array(await on.kvAttend(pass, layer, rows("q", HEADS), HEADS));
  }
  pass.commit();
  return out;
}

const WIDTH = HEADS * SHAPE.headDim;

Deno.test("layout: bits per element", () => {
  const bits = (groupSize: GroupSize) =>
    new KvLayout({ layers: 1, kvHeads: 1, headDim: 64, groupSize }).bitsPerElement;
  assertEquals([32, 64, 128].map((groupSize) => bits(groupSize as GroupSize)), [5, 4.5, 4.25]);
});

Deno.test("layout: sizes that cannot be are refused", () => {
  const make = (shape: Partial<typeof SHAPE>) => () => new KvCache({ ...SHAPE, ...shape });
  assertThrows(make({ headDim: 12 }), KernelError, "headDim: got 12, expected a multiple of 8");
  assertThrows(make({ layers: 0 }), KernelError, "layers: got 0");
  assertThrows(
    make({ groupSize: 48 as 32 }),
    KernelError,
    "groupSize: got 48, expected one of 32,",
  );
});

Deno.test("position rule: one pass, many passes and token by token give the same bits", async () => {
  const length = 150;
  const whole = await extend(new KvCache(SHAPE).open(), length);
  const leaps: Float32Array[] = [], steps: Float32Array[] = [];
  const inLeaps = new KvCache(SHAPE).open(), inSteps = new KvCache(SHAPE).open();
  for (const tokens of [31, 1, 1, 40, 70, 7]) leaps.push(await extend(inLeaps, tokens));
  for (let i = 0; i < length; i++) steps.push(await extend(inSteps, 1));
  const flat = (parts: Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  assertSame(flat(leaps), whole, "in leaps");
  assertSame(flat(steps), whole, "token by token");
});

Deno.test("position rule: passes of several texts give what each gives alone", async () => {
  const cache = new KvCache(SHAPE);
  const [a, b] = [cache.open(), cache.open()];
  await extend(a, 30);
  const pass = cache.begin([{ text: a, tokens: 4 }, { text: b, tokens: 35 }]);
  let together = new Float32Array();
  for (let layer = 0; layer < SHAPE.layers; layer++) {
    const rows = (kind: string, heads: number) => {
      const of = (from: number, count: number) => rowsOf(`${kind}${layer}`, heads, [], from, count);
      return Float32Array.from([...of(30, 4), ...of(0, 35)]);
    };
    await kernels.kvAppend(pass, layer, rows("k", SHAPE.kvHeads), rows("v", SHAPE.kvHeads));
    together = new Float32Array(await kernels.kvAttend(pass, layer, rows("q", HEADS), HEADS));
  }
  pass.commit();
  const alone = await extend(new KvCache(SHAPE).open(), 35);
  assertSame(together.slice(0, 4 * WIDTH), alone.slice(30 * WIDTH, 34 * WIDTH), "first text");
  assertSame(together.slice(4 * WIDTH), alone, "second text");
});

Deno.test("property: any history of extending, rolling back and branching leaves no trace", async () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant("extend"), by: fc.integer({ min: 1, max: 70 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant("truncate"), by: fc.integer({ min: 0, max: 64 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("fork"), by: fc.integer({ min: 0, max: 3 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant("abandon"), by: fc.integer({ min: 1, max: 40 }) }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
      const cache = new KvCache(SHAPE);
      const texts: { text: KvText; branch: number[]; furthest: number }[] = [
        { text: cache.open(), branch: [], furthest: 0 },
      ];
      for (const [i, { do: what, by }] of steps.entries()) {
        const at = i % texts.length;
        const { text, branch, furthest } = texts[at]!;
        if (what === "extend") {
          for (let p = text.length; p < text.length + by; p++) branch[p] = i;
          await extend(text, by, branch);
          texts[at]!.furthest = Math.max(furthest, text.length);
        } else if (what === "truncate") {
          // 64 tokens back from the furthest always work; beyond that it depends on the group.
          text.truncate(Math.max(0, Math.min(text.length, furthest - by)));
        } else if (what === "fork") {
          texts.push({ text: text.fork(), branch: [...branch], furthest });
          if (by === 0) {
            text.close();
            texts.splice(at, 1);
          }
        } else cache.begin([{ text, tokens: by }]); // and never committed
      }
      for (const { text, branch } of texts) {
        const length = text.length;
        branch[length] = -1;
        const fresh = new KvCache(SHAPE).open();
        if (length > 0) await extend(fresh, length, branch);
        assertSame(await extend(text, 1, branch), await extend(fresh, 1, branch), "next token");
      }
    }),
    { seed: 7, numRuns: 25 },
  );
});

Deno.test("truncate: 64 tokens can always be taken back, more only where 16 bits are kept", async () => {
  const text = new KvCache(SHAPE).open();
  await extend(text, 200);
  for (let back = 1; back <= 64; back++) {
    const copy = text.fork();
    copy.truncate(200 - back);
    assertEquals(copy.length, 200 - back);
    copy.close();
  }
  assertThrows(
    () => text.truncate(100),
    KernelError,
    "truncate: length: got 100, expected a start",
  );
  assertEquals(text.length, 200);
  text.truncate(96); // the start of a group needs no 16-bit floats
  await extend(text, 40);
  assertThrows(() => text.truncate(137), KernelError, "a whole number from 0 to 136");
  assertThrows(() => text.truncate(-1), KernelError, "got -1");
  assertThrows(() => text.truncate(1.5), KernelError, "got 1.5");
});

Deno.test("memory: branches share complete groups, closing gives everything back", async () => {
  const cache = new KvCache(SHAPE);
  const { packedRecord, recentRecord, records } = cache.layout;
  const inUse = () => {
    const { packed, recent } = cache.bytes;
    return [packed / (packedRecord * records), recent / (2 * recentRecord * records)];
  };
  const text = cache.open();
  await extend(text, 200); // groups end at 32, ..., 192; kept in 16 bits: those ending after 136
  assertEquals(inUse(), [6, 3]);
  const branch = text.fork();
  assertEquals(inUse(), [6, 3]);
  await extend(branch, 1, []); // writes: a copy of the group being filled
  assertEquals(inUse(), [6, 4]);
  text.close();
  assertEquals(inUse(), [6, 3]);
  branch.truncate(0);
  assertEquals(inUse(), [0, 0]);
  branch.close();
  branch.close();
  assertThrows(() => branch.fork(), KernelError, "fork: got a closed text");
  assertThrows(
    () => cache.begin([{ text: branch, tokens: 1 }]),
    KernelError,
    "begin: got a closed",
  );
});

Deno.test("a pass is committed once, over different texts of one cache", async () => {
  const cache = new KvCache(SHAPE);
  const text = cache.open();
  const begin = (...tokens: number[]) => () =>
    cache.begin(tokens.map((count) => ({ text, tokens: count })));
  assertThrows(begin(1, 1), KernelError, "extensions[1].text: got the same text twice");
  assertThrows(begin(0), KernelError, "extensions[0].tokens: got 0");
  assertThrows(begin(), KernelError, "extensions: got none");
  const foreign = new KvCache(SHAPE).open();
  assertThrows(
    () => cache.begin([{ text: foreign, tokens: 1 }]),
    KernelError,
    "got a text of another cache",
  );
  const stale = begin(3)();
  await extend(text, 2);
  assertThrows(() => stale.commit(), KernelError, "commit: got a pass that is committed, or");
  const pass = begin(3)();
  pass.commit();
  assertEquals(text.length, 5);
  assertThrows(() => pass.commit(), KernelError);
  for (const change of [() => text.fork(), () => text.truncate(4), begin(1), () => text.close()]) {
    const under = begin(1)();
    change();
    await assertRejects(
      () => kernels.kvAttend(under, 0, new Float32Array(WIDTH), HEADS),
      KernelError,
      "kvAttend: pass: got a pass that is committed, or whose texts have changed",
    );
  }
  assert(pass.rows === 3);
});

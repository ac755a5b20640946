import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { quantizeActivations } from "kernels/reference/mod.ts";
import { channelsExploration, roundedChannels } from "offprint/papers/comet/mod.ts";

const { start, controls, draw } = channelsExploration;
const way = controls["way"]!;
assert(way.kind === "choice");

Deno.test("the figure's blocks are those of the paper's example", () => {
  const [four, where, permuted] = way.options.map((way) =>
    roundedChannels(start.sizes, { threshold: 4, way })
  );
  assertEquals(four!.bits, [4, 4, 4]);
  assertEquals(where!.bits, [8, 8, 4]);
  assertEquals(permuted!.bits, [4, 4, 8]);
  assertEquals(permuted!.order, [0, 1, 3, 4, 5, 6, 10, 11, 8, 9, 2, 7]);
  assertEquals(four!.errors.filter((error) => error > 0.5).length, 6);
  assertEquals(permuted!.errors.filter((error) => error > 0.5).length, 0);
});

Deno.test("a block is rounded as by the kernel's reference", () => {
  const sizes = [...start.sizes, 3, 0.9, 2.5, 1];
  const { errors } = roundedChannels(sizes, { threshold: 4, way: way.options[0]! });
  // The kernel's smallest block has 32 channels: zeros fill it up and change no step.
  const x = new Float32Array(32 * sizes.length / 4);
  const placeOf = (channel: number): number => 32 * Math.floor(channel / 4) + channel % 4;
  sizes.forEach((size, channel) => x[placeOf(channel)] = channel % 2 === 0 ? size : -size);
  const bits = new Uint8Array(sizes.length / 4).fill(4);
  const { codes, scales } = quantizeActivations(x, 1, x.length, { blockSize: 32, bits });
  sizes.forEach((size, channel) => {
    const place = placeOf(channel);
    const rounded = codes[place]! * scales[Math.floor(place / 32)]!;
    assertAlmostEquals(Math.abs(rounded - x[place]!) / size, errors[channel]!, 1e-5, `${channel}`);
  });
});

Deno.test("a channel that is dragged keeps its place's handle, also permuted", () => {
  const values = { ...start, way: way.options[2]! };
  for (const [name, control] of Object.entries(controls)) {
    if (control.kind !== "handle") continue;
    const moved = control.move(values, { x: 0, y: 100 });
    assertEquals(control.at(moved).y, 5, name);
    assert(Number.isInteger(control.at(moved).x - 0.5) && control.at(moved).x > 0);
  }
  assertEquals(draw(values).says.startsWith("0 of 12 channels"), true);
});

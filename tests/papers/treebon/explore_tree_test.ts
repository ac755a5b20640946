import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawnTree, gaussianTree, treeExploration } from "offprint/papers/treebon/mod.ts";
import { stream } from "offprint/random.ts";

Deno.test("the tree that is drawn is the one that is simulated", () => {
  for (const [layers, children, rho] of [[2, 2, 0], [4, 4, 0.5], [6, 8, 1]] as const) {
    const shape = { n: 16, layers, children, rho };
    const nodes = drawnTree(shape, 3);
    const alone = gaussianTree(shape, { trees: 1, random: stream(3, "tree") });
    assertEquals(nodes.length, 16 * layers);
    assertEquals(nodes.findLast(({ kept }) => kept)!.sum, alone.value.mean);
    nodes.forEach((node) => {
      if (node.parent === undefined) assertEquals(node.layer, 1);
      else {
        const parent = nodes[node.parent]!;
        assert(parent.kept && parent.layer === node.layer - 1);
      }
    });
    for (let layer = 1; layer < layers; layer++) {
      const own = nodes.filter((node) => node.layer === layer);
      const kept = own.filter(({ kept }) => kept);
      assertEquals(kept.length, 16 / children);
      if (rho < 1) continue;
      // A perfect score keeps the highest.
      const least = Math.min(...kept.map(({ sum }) => sum));
      assert(own.every((node) => node.kept || node.sum <= least));
    }
  }
});

Deno.test("watching a tree changes nothing, and the figure's numbers are the simulation's", () => {
  const shape = { n: 16, layers: 4, children: 4, rho: 0.5 };
  const draw = () => stream(1, "worth", shape.layers, shape.children);
  const plain = gaussianTree(shape, { trees: 400, random: draw() });
  const watched = gaussianTree(shape, { trees: 400, random: draw(), watch: () => {} });
  assertEquals(watched, plain);
  const values = new Map(
    treeExploration.draw(treeExploration.start).readings.map(({ label, value }) => [label, value]),
  );
  assertAlmostEquals(values.get("mean of 400 trees")!, plain.value.mean, 0);
  assertAlmostEquals(values.get("how often the tree beats best of 16")!, plain.winRate.mean, 0);
});

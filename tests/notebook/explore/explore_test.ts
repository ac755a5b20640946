import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { totalVariation } from "offprint/decoding/verification/mod.ts";
import { UserError } from "offprint/errors.ts";
import { explore } from "offprint/notebook/explore/mod.ts";
import { gradientsExploration } from "offprint/papers/gradient_entanglement/mod.ts";
import { policyAt, triangleExploration, trianglePoint } from "offprint/papers/sail/mod.ts";
import { acceptanceExploration, withProbability } from "offprint/papers/specdec_theory/mod.ts";

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

Deno.test("without scripts the picture, its sentence and its numbers are there, the same every time", () => {
  for (const exploration of [acceptanceExploration, gradientsExploration, triangleExploration]) {
    // deno-lint-ignore no-explicit-any -- three types of state
    const shown = explore(exploration as any).bundle();
    const html = String(shown["text/html"]);
    // deno-lint-ignore no-explicit-any
    assertEquals(explore(exploration as any).bundle(), shown);
    const still = html.slice(0, html.indexOf("<script>"));
    for (const part of ["<img ", "<figcaption>", "<dd", "offprint-says"]) {
      assert(still.includes(part), part);
    }
    assert(
      !/id="/.test(String(shown["image/svg+xml"])),
      "drawings are replaced, so they have no ids",
    );
    assert(html.length < 60_000, `${exploration.id}: ${html.length} characters`);
  }
});

Deno.test("an exploration without its script says which command makes it", () => {
  const error = assertThrows(
    () => explore({ ...acceptanceExploration, id: "no-such" }),
    UserError,
    "data/explorations/no-such.js",
  );
  assert(error.message.includes("deno task bundle"));
});

Deno.test("whatever is dragged, both distributions of paper 02 stay distributions, and the numbers are the library's", () => {
  const { controls, draw, start } = acceptanceExploration;
  const names = Object.keys(controls);
  const move = fc.tuple(fc.constantFrom(...names), fc.double({ min: -0.5, max: 1.5, noNaN: true }));
  fc.assert(fc.property(fc.array(move, { minLength: 1, maxLength: 12 }), (moves) => {
    let values = start;
    for (const [name, y] of moves) {
      const control = controls[name]!;
      assert(control.kind === "handle");
      values = control.move(values, { x: 0, y });
      assertAlmostEquals(control.at(values).y, Math.min(1, Math.max(0, y)), 1e-12);
    }
    for (const side of [values.draft, values.target]) {
      assertAlmostEquals(sumOf(side), 1, 1e-9);
      assert(side.every((p) => p >= 0 && p <= 1));
    }
    const readings = new Map(draw(values).readings.map(({ label, value }) => [label, value]));
    const apart = totalVariation(values.draft, values.target);
    assertAlmostEquals(readings.get("rejected, total variation")!, apart, 1e-12);
    const accepted = values.draft.map((p, x) =>
      p * readings.get(`token ${"abcd"[x]}: accepted with min(1, q/p)`)!
    );
    assertAlmostEquals(sumOf(accepted), 1 - apart, 1e-9);
  }));
  assertEquals(withProbability([1, 0, 0], 0, 0.5), [0.5, 0.25, 0.25]);
});

Deno.test("the policy of paper 09 stays in the triangle, at the nearest point to where it was dragged", () => {
  const number = fc.double({ min: -2, max: 3, noNaN: true });
  fc.assert(
    fc.property(number, number, (x, y) => {
      const policy = policyAt({ x, y });
      assertAlmostEquals(sumOf(policy), 1, 1e-9);
      assert(policy.every((p) => p >= 0.002 - 1e-12), String(policy));
      // No point on a fine grid of the triangle is nearer.
      const distance = (p: readonly number[]) => {
        const at = trianglePoint(p);
        return Math.hypot(at.x - x, at.y - y);
      };
      const own = distance(policy);
      for (let i = 1; i < 40; i++) {
        for (let j = 1; i + j < 40; j++) {
          const p = [i / 40, j / 40, 1 - (i + j) / 40];
          assert(distance(p) >= own - 1e-9, `${p} is nearer to ${x}, ${y} than ${policy}`);
        }
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("dragging a gradient of paper 04 changes the sentence as the law says", () => {
  const { draw, start } = gradientsExploration;
  assertEquals(draw(start).says.split(" ").slice(0, 3).join(" "), "Both answers fall:");
  // In the band of ideal ratios, from I/N_w = 2.376 to N_l/I = 2.667.
  assertEquals(
    draw({ ...start, ratio: 2.5 }).says,
    "The chosen answer rises and the rejected one falls.",
  );
  assertEquals(
    draw({ ...start, ratio: 2.7 }).says.split(" ").slice(0, 3).join(" "),
    "Both answers rise:",
  );
  assertEquals(
    draw({ ...start, rejected: [-1.5, 0.475] }).says,
    "The chosen answer rises and the rejected one falls.",
  );
});

import { assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { parseParameters } from "offprint/kit/pairs/mod.ts";
import { checkNotebookAxes } from "offprint/kit/sweeps/mod.ts";

const PARAMETERS = parseParameters(
  `const profile: "quick" | "full" = "quick";
   /** @range 1.1 or more @unit draft passes */
   const ratio: number = 4.5;
   /** @range 1 or more by 1 */
   const seed: number = 2;`,
);

Deno.test("a notebook's parameters are its axes, and its values those that they take", () => {
  checkNotebookAxes("10-x", PARAMETERS, { ratio: [2, 4.5], profile: ["full"] }, [1, 2]);
  const refused = (
    part: string,
    axes: Parameters<typeof checkNotebookAxes>[2],
    seeds: number[] = [],
    parameters = PARAMETERS,
  ) => assertThrows(() => checkNotebookAxes("10-x", parameters, axes, seeds), UserError, part);
  refused('--grid: got "K", expected one of the parameters of 10-x: profile, ratio, seed', {
    K: [1],
  });
  refused("--seeds", {}, [1], []);
  refused(
    '--grid ratio: got "1", expected a number of at least 1.1, in draft passes. Write for example --grid ratio=4.5.',
    { ratio: [2, 1] },
  );
  refused('--grid profile: got "quik", expected "quick" or "full"', { profile: ["quik"] });
  refused(
    '--seed: got "0", expected a whole number of at least 1. Write for example --seed 2.',
    {},
    [0],
  );
});

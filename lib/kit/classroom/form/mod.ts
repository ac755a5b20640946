/**
 * The form of an assignment: nbgrader's metadata, regions that students do not get, tests taken apart, and what the exercises need
 * of the other cells.
 *
 * Begin with `readAssignment` in `assignment.ts`; `cell_tests.ts` takes graded cells apart, `statements.ts` says what code needs.
 *
 * @module
 */
export * from "./assignment.ts";
export { type CellTest, type Computation } from "./cell_tests.ts";
export {
  checksumOf,
  type Nbgrader,
  nbgraderOf,
  nbgraderSchema,
  releasedMetadata,
} from "./nbgrader.ts";
export { type Region, regionsOf, replaceRegions, stubOf } from "./regions.ts";
export { needed, type Statement, statementsOf } from "./statements.ts";

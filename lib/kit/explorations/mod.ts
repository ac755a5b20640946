/**
 * The scripts of figures that a reader can move: which there are, and how they are made.
 *
 * @module
 */
export { bundleExplorations, explorationModules } from "./bundle.ts";
export { committedBundles } from "./committed.ts";

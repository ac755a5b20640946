/**
 * The scripts of figures that a reader can move and of the reader's pages: which there are, and how they are made.
 *
 * @module
 */
export { bundleExplorations, explorationModules } from "./bundle.ts";
export { bundleReader, type ReaderBundle } from "./bundle_page.ts";
export { committedBundles } from "./committed.ts";

/**
 * Notebook pairs: `NN-name.ts`, the source in percent format, and `NN-name.ipynb`, built from it and
 * committed with outputs.
 *
 * @module
 */
export {
  buildNotebook,
  cellDigest,
  defaultMetadata,
  mergeOutputs,
  notebookSettings,
  recordedSources,
  sourceMetadata,
  withoutOutputs,
  withSources,
} from "./build.ts";
export { CELL_ID } from "./cell_header.ts";
export { type ChangeMe, markedNumbers, withProposal } from "./change_me.ts";
export { chooseNotebooks, notebookIds, type Pair, readPair } from "./pair_files.ts";
export { foldedAs, FOLDING_TAGS } from "./folding.ts";
export { formatNotebook, formatSource, formatTypeScript } from "./format.ts";
export { parseNotebook, stringifyNotebook } from "./ipynb.ts";
export { limitsIn, type ParameterLimits } from "./parameter_limits.ts";
export { fromJupyter, mergePair, uncarriedEdits } from "./merge.ts";
export { parameterCells, parametersOf, parametersText } from "./notebook_parameters.ts";
export {
  type GivenBy,
  injectParameters,
  type Parameter,
  parameterLiteral,
  parameterProblem,
  parseParameters,
} from "./parameters.ts";
export {
  type LocatedCell,
  parsePercent,
  type PercentProblem,
  printCell,
  printPercent,
  scanPercent,
} from "./percent.ts";
export { syncPair, type SyncResult } from "./sync.ts";

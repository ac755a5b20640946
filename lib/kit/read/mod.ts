/**
 * The papers alive in the browser: a server on this machine, one kernel for each paper whose cells are run.
 *
 * Begin with `startReader` in `server.ts`. `guard.ts` says who may ask, `shelf.ts` knows the notebooks and renders their pages with
 * the components of the static site, `session.ts` is one notebook with its kernel (`texts.ts` its
 * edits, `cell_runner.ts` its queue, `settle_run.ts` how a run ended, `cell_outputs.ts` what it shows), `messages.ts` is what pages and server say to
 * each other, `page/` the scripts of the pages (bundled by `kit/explorations/bundle_page.ts`).
 *
 * @module
 */
export { READER_LICENCES, READER_SCRIPTS } from "./assets.ts";
export {
  type Change,
  type Dependencies,
  dependents,
  readDependencies,
  withNeeded,
} from "./dependencies.ts";
export { Guard, newToken, POLICY } from "./guard.ts";
export { type Reader, type ReaderOptions, startReader } from "./server.ts";
export { Session } from "./session.ts";
export { type ForeignNotebook, Shelf } from "./shelf.ts";

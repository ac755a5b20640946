/**
 * Text to train on: recipes in `data/corpora`, and how the text they name is obtained, cleaned and split.
 *
 * Begin with `corpusRecipe` and `corpusDocuments` in `corpus.ts`. The text itself is not committed: it is fetched when a
 * model is trained, and its hash is checked. `made_corpus.ts` is for corpora that a function of this repository
 * makes; the recipe names the function, so this room knows none of them. `tar.ts` reads the archives.
 *
 * @module
 */
export {
  corpusBytes,
  type CorpusDocument,
  corpusDocuments,
  type CorpusRecipe,
  corpusRecipe,
  documentsHash,
  jsonHash,
  packageBytes,
  type PinnedPackage,
  sha256,
} from "./corpus.ts";
export { packageFile } from "./package_file.ts";
export { readTarball } from "./tar.ts";
export type { CorpusMaker, MadeCorpus } from "./made_corpus.ts";

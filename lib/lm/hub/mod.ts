/**
 * Downloading public models by name, so that an interrupted download goes on and a wrong byte is noticed.
 *
 * Begin with `downloadModel` in `download.ts`, which `deno task download` calls. `hub.ts` asks what a repository holds,
 * `download_file.ts` fetches one file and checks its hash (`file_hash.ts`), `display.ts` says how far it has come.
 *
 * @module
 */
export * from "./display.ts";
export {
  chosenFiles,
  DEFAULT_ENDPOINT,
  downloadModel,
  type DownloadOptions,
  type DownloadPlan,
} from "./download.ts";

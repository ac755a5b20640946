/**
 * The scripts of figures that a reader can move. Only those that are committed count as such, whatever an output says.
 *
 * @module
 */
import { scriptElement } from "offprint/notebook/explore/mod.ts";
import { committedBundles } from "../../explorations/mod.ts";

const COMMITTED = [...committedBundles().values()].map((text) => ({
  text,
  element: scriptElement(text),
}));

/** An output without the script elements of our figures, and those elements. */
export function withoutFigureScripts(html: string): { rest: string; elements: string[] } {
  const found = COMMITTED.filter(({ element }) => html.includes(element));
  return {
    rest: found.reduce((rest, { element }) => rest.replaceAll(element, () => ""), html),
    elements: found.map(({ element }) => element),
  };
}

/** What stands between the tags of our figures' scripts in a page. */
export function figureScriptsIn(html: string): string[] {
  return COMMITTED.filter(({ element }) => html.includes(element)).map(({ text }) => text);
}

/**
 * Walking through the elements of a drawing.
 *
 * @module
 */
import { loadOnml, type Markup } from "./packages.ts";

/** Reads a drawing. */
export async function readMarkup(svg: string): Promise<Markup> {
  const text = svg.replace(/<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|<!--[\s\S]*?-->/g, "").trim();
  return (await loadOnml()).parse(text);
}

/** Child elements, those of one name when it is given. */
export function elements([, , ...children]: Markup, name?: string): Markup[] {
  return children.filter((child): child is Markup =>
    Array.isArray(child) && (name === undefined || child[0] === name)
  );
}

/** All elements below, depth first, with this name. */
export function* within(markup: Markup, name: string): Generator<Markup> {
  for (const child of elements(markup)) {
    if (child[0] === name) yield child;
    yield* within(child, name);
  }
}

/** An attribute. */
export function attribute([, attributes]: Markup, name: string): string | undefined {
  return attributes[name];
}

/** The text inside an element. */
export function textOf([, , ...children]: Markup): string {
  return children.map((child) => typeof child === "string" ? child : textOf(child)).join("");
}

/** Where `translate(x,y)` or `translate(x)` moves an element. */
export function moved(markup: Markup): [x: number, y: number] {
  const match = /translate\(\s*([-\d.]+)(?:[\s,]+([-\d.]+))?/.exec(
    attribute(markup, "transform") ?? "",
  );
  return [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
}

/** Text as markup may hold it. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

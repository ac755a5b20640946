/**
 * As much of the DOM as Observable Plot needs to draw without a browser: elements, text, inline
 * styles and SVG text out. Nothing is measured, so the same input always gives the same text.
 *
 * @module
 */
import { attributesText, escapeHtml } from "../output/html.ts";

/** Attributes whose value holds coordinates; their digits beyond a thousandth are dropped. */
const GEOMETRY =
  /^(?:[xyrd]|[cdf][xy]|r[xy]|[xy][12]|width|height|transform|points|fill-opacity|stroke-opacity|opacity|stroke-width|font-size)$/;

/** Inline style as a bag of properties, in camel case or as CSS writes them. */
class InlineStyle {
  [property: string]: unknown;

  /** Sets one property, named as in CSS. */
  setProperty(name: string, value: unknown): void {
    this[name] = value;
  }

  /** Removes one property, named as in CSS. */
  removeProperty(name: string): void {
    delete this[name];
  }

  /** The style as CSS text. */
  get cssText(): string {
    return Object.entries(this)
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => `${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}:${value}`)
      .join(";");
  }
}

/** A run of text in the tree. */
class SvgText {
  parentNode: SvgElement | null = null;
  constructor(readonly ownerDocument: SvgDocument, public nodeValue: string) {}

  /** The text, escaped. */
  get outerHTML(): string {
    return escapeHtml(this.nodeValue);
  }
}

/** An element of the tree. */
export class SvgElement {
  readonly attributes = new Map<string, string>();
  readonly childNodes: (SvgElement | SvgText)[] = [];
  parentNode: SvgElement | null = null;
  #style: InlineStyle | string = new InlineStyle();

  constructor(readonly ownerDocument: SvgDocument, readonly tagName: string) {}

  /** The elements among the children. */
  get children(): SvgElement[] {
    return this.childNodes.filter((node) => node instanceof SvgElement);
  }

  /** The first child, as `Plot.difference` asks for it. */
  get firstChild(): SvgElement | SvgText | null {
    return this.childNodes[0] ?? null;
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  setAttributeNS(_namespace: string, name: string, value: unknown): void {
    this.setAttribute(name, value);
  }

  getAttribute(name: string): string | null {
    return this.attributes.get(name) ?? null;
  }

  hasAttribute(name: string): boolean {
    return this.attributes.has(name);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  removeAttributeNS(_namespace: string, name: string): void {
    this.removeAttribute(name);
  }

  appendChild<N extends SvgElement | SvgText>(child: N): N {
    return this.insertBefore(child, null);
  }

  insertBefore<N extends SvgElement | SvgText>(child: N, next: SvgElement | SvgText | null): N {
    child.parentNode?.removeChild(child);
    const at = next === null || next === undefined ? -1 : this.childNodes.indexOf(next);
    this.childNodes.splice(at < 0 ? this.childNodes.length : at, 0, child);
    child.parentNode = this;
    return child;
  }

  removeChild<N extends SvgElement | SvgText>(child: N): N {
    const at = this.childNodes.indexOf(child);
    if (at >= 0) this.childNodes.splice(at, 1);
    child.parentNode = null;
    return child;
  }

  append(...nodes: (SvgElement | SvgText | string)[]): void {
    for (const node of nodes) {
      this.appendChild(typeof node === "string" ? this.ownerDocument.createTextNode(node) : node);
    }
  }

  set textContent(value: unknown) {
    for (const child of [...this.childNodes]) this.removeChild(child);
    if (value !== null && value !== undefined && value !== "") this.append(String(value));
  }

  /** All text below this element, in order. */
  get textContent(): string {
    return this.childNodes.map((node) => {
      return node instanceof SvgText ? node.nodeValue : node.textContent;
    }).join("");
  }

  set style(value: string) {
    this.#style = value;
  }

  // deno-lint-ignore no-explicit-any -- a setter that takes text beside a getter of the style object, as in the DOM
  get style(): any {
    return this.#style;
  }

  /** Nothing ever happens in a picture without a browser. */
  addEventListener(): void {}

  /** Elements below this one, and itself, in document order. */
  *descendants(): Generator<SvgElement> {
    yield this;
    for (const child of this.children) yield* child.descendants();
  }

  /** The markup of the children. */
  get innerHTML(): string {
    return this.childNodes.map((node) => node.outerHTML).join("");
  }

  /** The markup of this element, coordinates rounded to a thousandth. */
  get outerHTML(): string {
    const style = this.#style instanceof InlineStyle ? this.#style.cssText : this.#style;
    const attributes = Object.fromEntries(
      Array.from(
        this.attributes,
        ([name, value]) => [name, GEOMETRY.test(name) ? rounded(value) : value],
      ),
    );
    const start = `${this.tagName}${attributesText({ ...attributes, style: style || undefined })}`;
    return this.childNodes.length === 0
      ? `<${start}/>`
      : `<${start}>${this.innerHTML}</${this.tagName}>`;
  }
}

function rounded(value: string): string {
  return value.replace(/-?\d+\.\d{4,}(?:e[-+]?\d+)?|-?\d+(?:\.\d+)?e-\d+/g, (number) => {
    const short = Number(Number(number).toFixed(3));
    return String(Object.is(short, -0) ? 0 : short);
  });
}

/** Makes elements. */
export class SvgDocument {
  readonly documentElement = new SvgElement(this, "html");

  /**
   * Makes an element.
   *
   * @throws {Error} for a canvas: raster marks and images cannot be drawn without a browser.
   */
  createElement(name: string): SvgElement {
    if (name === "canvas") {
      throw new Error(
        "plot: raster marks need a browser; draw cells (Plot.cell, Plot.rect) instead",
      );
    }
    return new SvgElement(this, name);
  }

  createElementNS(_namespace: string, name: string): SvgElement {
    return this.createElement(name);
  }

  createTextNode(value: unknown): SvgText {
    return new SvgText(this, String(value));
  }

  querySelector(): null {
    return null;
  }

  querySelectorAll(): SvgElement[] {
    return [];
  }
}

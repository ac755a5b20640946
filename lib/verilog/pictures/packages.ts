/**
 * The packages that draw, each loaded when it is first used and never before.
 *
 * @module
 */
import { createRequire } from "node:module";
import type * as Resvg from "@resvg/resvg-wasm";
import type * as Viz from "@viz-js/viz";

/** An element as onml has it: name, attributes, children. */
export type Markup = [
  name: string,
  attributes: Record<string, string>,
  ...children: (Markup | string)[],
];

/** The part of netlistsvg that is used. */
export interface Netlistsvg {
  render(
    skin: string,
    netlist: unknown,
    done?: (error: unknown, svg: string) => void,
  ): Promise<string>;
}

/** The part of wavedrom that is used. */
export interface Wavedrom {
  renderAny(index: number, source: unknown, skin: unknown): Markup;
  waveSkin: unknown;
}

/** The part of onml that is used. */
export interface Onml {
  /** Reads a text. */
  parse(text: string): Markup;
  /** Writes an element. */
  stringify(markup: Markup): string;
}

// Not literals: Deno would otherwise download the packages as soon as this file is loaded.
const PACKAGES = ["netlistsvg", "@viz-js/viz", "wavedrom", "onml", "@resvg/resvg-wasm"] as const;

function load(name: (typeof PACKAGES)[number]): Promise<unknown> {
  const specifier: string = name;
  return import(specifier);
}

let netlistsvg: Promise<Netlistsvg> | undefined;
let viz: Promise<Viz.Viz> | undefined;
let wavedrom: Promise<Wavedrom> | undefined;
let onml: Promise<Onml> | undefined;
let resvg: Promise<typeof Resvg> | undefined;

/** netlistsvg and its layout engine, which takes itself for a worker where there is a global `self`. */
export function loadNetlistsvg(): Promise<Netlistsvg> {
  return netlistsvg ??= withoutSelf(async () => {
    const module = await load("netlistsvg") as { default: Netlistsvg };
    return module.default;
  });
}

/** Graphviz. */
export function loadViz(): Promise<Viz.Viz> {
  return viz ??= (async () => await (await load("@viz-js/viz") as typeof Viz).instance())();
}

/** WaveDrom. */
export function loadWavedrom(): Promise<Wavedrom> {
  return wavedrom ??= load("wavedrom").then((module) => (module as { default: Wavedrom }).default);
}

/** The reader and writer of markup. */
export function loadOnml(): Promise<Onml> {
  return onml ??= load("onml").then((module) => (module as { default: Onml }).default);
}

/** resvg, started with its WebAssembly. */
export function loadResvg(): Promise<typeof Resvg> {
  return resvg ??= (async () => {
    const module = await load("@resvg/resvg-wasm") as typeof Resvg;
    const wasm = createRequire(import.meta.url).resolve("@resvg/resvg-wasm/index_bg.wasm");
    await module.initWasm(await Deno.readFile(wasm));
    return module;
  })();
}

async function withoutSelf<T>(work: () => Promise<T>): Promise<T> {
  const self = Object.getOwnPropertyDescriptor(globalThis, "self");
  if (self?.configurable !== true) return await work();
  delete (globalThis as { self?: unknown }).self;
  try {
    return await work();
  } finally {
    Object.defineProperty(globalThis, "self", self);
  }
}

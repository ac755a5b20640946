/**
 * Experiments: functions of a module that a sweep can run in another process.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

declare const MODULE: unique symbol;

/** The name of a module as it is imported, with the type of what the module exports. */
export type ModuleName<Exports> = string & { readonly [MODULE]?: Exports };

// deno-lint-ignore no-explicit-any -- parameters of a function of any shape
type AnyExperiment = (parameters: any, seed: number) => object | Promise<object>;

/** Names of a module's experiments. */
export type ExperimentName<Exports> = {
  [Name in keyof Exports]: Exports[Name] extends AnyExperiment ? Name : never;
}[keyof Exports];

/** What an experiment takes. */
export type ExperimentParameters<Exports, Name extends keyof Exports> = Exports[Name] extends
  (parameters: infer P, ...rest: never[]) => unknown ? NonNullable<P> : never;

/** What it returns, in the end. */
export type ExperimentValue<Exports, Name extends keyof Exports> = Exports[Name] extends
  (...rest: never[]) => infer Result ? Awaited<Result> : never;

/**
 * Gives a module's name the module's type, so that a wrong experiment or parameter is a type error:
 * `experimentsOf<typeof import("offprint/papers/specdecpp/experiments.ts")>("offprint/papers/specdecpp/experiments.ts")`.
 * Nothing is loaded here.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { experimentsOf } from "offprint/sweeps/mod.ts";
 *
 * const name = "offprint/papers/specdecpp/experiments.ts";
 * assertEquals(experimentsOf<typeof import("offprint/papers/specdecpp/experiments.ts")>(name), name);
 * ```
 */
export function experimentsOf<Exports>(module: string): ModuleName<Exports> {
  return module as ModuleName<Exports>;
}

/** The folder that holds `lib`, and in this project the import map and the lock file. */
export const HOME: URL = new URL("../../", import.meta.url);

/** Where a module named like `offprint/…`, by a path from the working directory or by an address lies. */
export function addressOf(module: string): string {
  if (/^[a-z]{2,}:/.test(module)) return module;
  if (module.startsWith("offprint/")) {
    return new URL(`lib/${module.slice("offprint/".length)}`, HOME).href;
  }
  return pathToFileURL(resolve(module)).href;
}

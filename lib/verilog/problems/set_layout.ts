/**
 * What a layout of problems in files is read into.
 *
 * @module
 */
import type { Icarus } from "../tools/icarus.ts";
import type { Problem } from "./problem.ts";

/** The files of a folder, before it is known what they are. */
export interface Files {
  folder: string;
  names: string[];
}

/** Problems of one benchmark, found in one place. */
export interface Found {
  /** The set, with its version or part where there are several. */
  benchmark: string;
  /** The folder or file that holds them. */
  place: string;
  problems: Problem[];
  /** What looks like a problem and is none, and why. */
  skipped: { name: string; reason: string }[];
}

/** Reads what is in one folder, as far as it has the layout; nothing where it has not. */
export type Reader = (files: Files, icarus: Icarus) => Promise<Found[]>;

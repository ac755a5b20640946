/**
 * What every command of the kit is.
 *
 * @module
 */

/** One command of `deno task`: `run`, `test`, `check`, … */
export interface Command {
  /** As typed after `deno task`. */
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** The whole text of `--help`, or what gives it; it may look at the other arguments. */
  readonly usage: string | ((args?: readonly string[]) => Promise<string>);
  /** Does the work; resolves to the exit code. A {@linkcode UserError} becomes one line and exit code 2. */
  run(args: string[]): Promise<number>;
}

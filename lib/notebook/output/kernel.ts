/**
 * The one place that touches the Jupyter kernel's own namespace.
 *
 * @module
 */

/** Media type → content, as Jupyter shows it: the richest form that a front end knows wins. */
export type Bundle = Record<string, unknown>;

/** What this project uses of `Deno.jupyter`. */
export interface JupyterKernel {
  broadcast(type: string, content: Record<string, unknown>): Promise<void>;
  format(value: unknown): Promise<Bundle>;
}

/** The kernel this code runs in, or nothing in `deno run` and `deno test`. */
export function jupyterKernel(): JupyterKernel | undefined {
  try {
    // Outside a kernel the getter itself throws, even under typeof.
    return (Deno as unknown as { jupyter: JupyterKernel }).jupyter;
  } catch {
    return undefined;
  }
}

/** True when `OFFPRINT_QUIET=1` asks for no output outside a kernel (tests set it). */
export function isQuiet(): boolean {
  const variable = "OFFPRINT_QUIET";
  // Reading without the permission would stop the program to ask for it.
  if (Deno.permissions.querySync({ name: "env", variable }).state !== "granted") return false;
  return Deno.env.get(variable) === "1";
}

/**
 * Driving the Deno Jupyter kernel from TypeScript.
 *
 * @module
 */
export { KernelClient, type KernelOptions, KernelStartError } from "./client.ts";
export type { Channel, Connection } from "./connection.ts";
export type { ExecuteOptions, Execution, OutputMessage, Thrown } from "./execution.ts";
export type { ProcessEnd } from "./process.ts";

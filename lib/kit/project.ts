/**
 * Where the project lies, and the flags every `deno` child of a command is started with.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The project's root folder, as a path. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** All permissions, and exactly the packages of the committed lock file. */
export const COMMAND_FLAGS: readonly string[] = ["-A", "--lock=deno.lock", "--frozen"];

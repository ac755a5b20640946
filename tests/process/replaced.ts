/** Removes the Deno that runs this, with its folder, as an upgrade does, and then starts Deno. */
import { runToEnd } from "offprint/process/mod.ts";

await Deno.remove(Deno.args[0]!, { recursive: true });
const { stdout } = await runToEnd(Deno.execPath(), ["eval", "console.log(6 * 7)"]);
console.log(`gone; ${stdout.trim()}`);

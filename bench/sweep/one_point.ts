/** A program that runs one point of the empty experiment. */
import { nothing } from "./experiments.ts";

console.log(JSON.stringify(nothing(JSON.parse(Deno.args[0]!))));

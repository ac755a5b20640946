import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "offprint/errors.ts";
import { checkNotebookAxes, notebookParameters } from "offprint/kit/sweeps/mod.ts";

Deno.test("a notebook's parameters are its axes", async () => {
  const parameters = await notebookParameters("10-specdecpp");
  assertEquals(parameters.get("ratio"), "number");
  checkNotebookAxes("10-specdecpp", parameters, ["ratio", "texts"], true);
  assertThrows(
    () => checkNotebookAxes("10-specdecpp", parameters, ["K"], false),
    UserError,
    '--grid: got "K", expected parameters of 10-specdecpp: profile, ratio,',
  );
  assertThrows(() => checkNotebookAxes("x", new Map(), [], true), UserError, "--seeds");
});

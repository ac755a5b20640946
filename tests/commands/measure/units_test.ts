/** `deno task measure-units pictures` draws the units that are named, and says of a wrong name what it is. */
import { assertEquals, assertRejects } from "@std/assert";
import { command } from "offprint/commands/measure/units.ts";
import { UserError } from "offprint/errors.ts";

Deno.test("the pictures of one unit are drawn alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["pictures", "--unit", "macpe", "--unit", "macpe", "--out", folder];
    assertEquals(await command.run(args), 0);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assertEquals(names.toSorted(), ["macpe.json", "macpe.png", "macpe.svg"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a unit that there is not, or one where all are needed, costs one line", async () => {
  const refused = (args: string[], message: string) =>
    assertRejects(() => command.run(args), UserError, message);
  await refused(
    ["pictures", "--unit", "macpe", "--unit", "mac"],
    'unit: got "mac", expected one of',
  );
  await refused(["audit", "--unit", "macpe"], "with the step pictures only");
});

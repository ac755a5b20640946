/**
 * The scripts as they are committed: the only ones that a page of the site runs beside its own.
 *
 * @module
 */
import { BUNDLES } from "offprint/notebook/explore/mod.ts";

/** All committed scripts by the id of their figure. */
export function committedBundles(folder: URL = BUNDLES): Map<string, string> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".js")).sort();
  return new Map(
    names.map((
      name,
    ) => [name.slice(0, -".js".length), Deno.readTextFileSync(new URL(name, folder))]),
  );
}

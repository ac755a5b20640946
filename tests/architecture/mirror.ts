/**
 * Which source a test file belongs to: tests lie in the folder of what they test and carry its name.
 *
 * @module
 */

/** Folders and files below `tests` that belong to no single source, each with what it tests. */
export const TOPICS: Readonly<Record<string, string>> = {
  architecture: "who imports whom, and where files lie",
  "data/licences": "the table of licences in data/README.md",
  faults: "commands that are stopped, killed, given wrong input or poor surroundings",
  frame: "notebooks as a reader meets them, from end to end",
  "kernels/alone": "the folder kernels without the rest of the project",
  "kernels/conformance": "every backend and instruction set against the reference",
  "kit/site/browser": "the site in a real browser",
  "papers/experiment_numbers": "numbers of the experiments of all papers, where they enter",
};

/**
 * What `test` mirrors: the path of a source file or of a folder, or a topic; nothing where it mirrors none.
 *
 * `tests/lm/hub/download_test.ts` mirrors `lib/lm/hub/download.ts`, and so does a part of a long test, `download_refusals_test.ts`;
 * `tests/kernels/reference_test.ts` mirrors the folder `kernels/reference`. Below `lib`, a path has no `lib`.
 *
 * @param sources all files that may be tested, from the project's folder.
 */
export function mirrored(test: string, sources: ReadonlySet<string>): string | undefined {
  const place = test.replace(/^tests\//, "").replace(/_test\.ts$/, "");
  const topic = Object.keys(TOPICS).find((topic) =>
    place === topic || place.startsWith(`${topic}/`)
  );
  if (topic !== undefined) return topic;
  for (const path of [`lib/${place}`, place]) {
    // The longest name first: `kv4_records_test.ts` belongs to `kv4_records.ts` before it belongs to `kv4.ts`.
    for (let name = path; name.length > path.lastIndexOf("/") + 1; name = shorter(name)) {
      if (sources.has(`${name}.ts`)) return `${name}.ts`;
    }
    if ([...sources].some((source) => source.startsWith(`${path}/`))) return path;
  }
  return undefined;
}

/** A path without the last word of its file's name. */
function shorter(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("_"), path.lastIndexOf("/") + 1));
}

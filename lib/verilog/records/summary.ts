/**
 * A manifest for a reader at a terminal.
 *
 * @module
 */
import type { Manifest } from "./augment.ts";

/** Names of skipped files in a line; the manifest has them all. */
const NAMES = 3;

/** What was made, what was left out and why, one line each. */
export function summary(manifest: Manifest, out: string): string {
  const { tasks, notes, files, duplicates, skipped, sha256 } = manifest;
  const rows = Object.entries(tasks).map(([task, { records, bytes }]) =>
    `${task.padEnd(24)}${String(records).padStart(10)} records${
      (bytes / 1e6).toFixed(2).padStart(12)
    } MB`
  );
  const reasons = new Map<string, string[]>();
  for (const { file, reason } of skipped) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), file]);
  }
  const described = manifest.options.flows.includes("prose") && notes.modules > 0
    ? `, ${(100 * notes.described / notes.modules).toFixed(1)} % of them described whole`
    : "";
  return [
    ...rows,
    `${files} files, ${duplicates} of them repeat another, ${notes.modules} modules${described}`,
    ...Object.entries(notes.unsupported).sort((a, b) => b[1] - a[1]).slice(0, 10)
      .map(([kind, count]) => `  no rule: ${kind} (${count})`),
    ...[...reasons].map(([reason, names]) =>
      `  skipped: ${names.length} × ${reason}: ${names.slice(0, NAMES).join(", ")}${
        names.length > NAMES ? ", …" : ""
      }`
    ),
    ...(notes.mutants === 0 ? [] : [
      `${notes.mutants} mutants: ${notes.mismatched} of another class, ${notes.equivalent} equivalent, ${notes.undecided} undecided, all dropped`,
    ]),
    `${out}: sha256 ${sha256}`,
    `${out}.manifest.json: all counts, and every skipped file with its reason`,
  ].join("\n");
}

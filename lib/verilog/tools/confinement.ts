/**
 * A simulation in a root of its own: it sees the system's programs and its folder, no other file and no
 * network, where the system lets us (bubblewrap, or the namespaces of Linux).
 *
 * @module
 */
import { type Limits, runLimited } from "offprint/process/mod.ts";
import { TOOL_LIMITS } from "./tool_limits.ts";
import { withFiles } from "./scratch.ts";

/** How a program is kept in its folder. */
export type Confinement = "bubblewrap" | "unshare";

/** What keeps foreign programs in their folder, for the user who runs them. */
export function confinementNote(how: Confinement | undefined): string {
  switch (how) {
    case "bubblewrap":
      return "confined by bubblewrap: a simulation sees its own folder and no network";
    case "unshare":
      return "confined by unshare: a simulation sees its own folder and no network";
    case undefined:
      return "confined by nothing but the check of its text: neither bubblewrap nor unshare works here";
  }
}

/** Folders of the system that a program needs to run. */
const SYSTEM_FOLDERS = ["usr", "lib", "lib32", "lib64", "bin"];

/** Makes the root in memory, out of the system's folders and the one that is given, and goes there. */
const SCRIPT = `folder=$1; shift
root=$folder/.root; mkdir "$root" && mount -t tmpfs none "$root" || exit 97
for d in ${SYSTEM_FOLDERS.join(" ")}; do
  if [ -L "/$d" ]; then ln -s "$(readlink "/$d")" "$root/$d" || exit 97
  elif [ -d "/$d" ]; then mkdir "$root/$d" && mount --rbind "/$d" "$root/$d" || exit 97
  fi
done
mkdir "$root/work" && mount --bind "$folder" "$root/work" || exit 97
exec chroot "$root" /bin/sh -c 'cd /work && exec "$@"' sh "$@"`;

/** The command line that runs a program in `folder`, and nowhere else. */
export function confinedCommand(
  how: Confinement | undefined,
  program: string,
  args: readonly string[],
  folder: string,
): [string, string[]] {
  if (how === undefined) return [program, [...args]];
  if (how === "unshare") {
    const spaces = ["--user", "--map-root-user", "--mount", "--net", "--ipc"];
    return ["unshare", [...spaces, "sh", "-c", SCRIPT, "sh", folder, program, ...args]];
  }
  const seen = SYSTEM_FOLDERS.flatMap((name) => ["--ro-bind-try", `/${name}`, `/${name}`]);
  const own = ["--bind", folder, "/work", "--chdir", "/work"];
  return ["bwrap", ["--unshare-all", "--die-with-parent", ...seen, ...own, program, ...args]];
}

/** The first way that works here for a program; nothing when none does. */
export async function findConfinement(
  program: string,
  args: readonly string[],
  limits: Limits = TOOL_LIMITS,
): Promise<Confinement | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  for (const how of ["bubblewrap", "unshare"] as const) {
    try {
      const tried = await withFiles(
        {},
        async (folder) =>
          await runLimited(...confinedCommand(how, program, args, folder), folder, limits),
      );
      if (tried.ended === "exit" && tried.code === 0) return how;
    } catch {
      // Not installed.
    }
  }
  return undefined;
}

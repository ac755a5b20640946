/**
 * What lies in Deno's cache of npm packages.
 *
 * @module
 */
import { join } from "node:path";

/** Bytes of every file of the packages in a `DENO_DIR`, by its path from the registry's folder: "zod/4.6.7/index.js". */
export async function packageFiles(denoDir: string): Promise<Map<string, number>> {
  const files = new Map<string, number>();
  const walk = async (folder: string, path: string): Promise<void> => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
      const inner = join(folder, name);
      if (isDirectory) await walk(inner, `${path}${name}/`);
      else if (isFile) files.set(`${path}${name}`, (await Deno.stat(inner)).size);
    }
  };
  const npm = join(denoDir, "npm");
  for await (const { name, isDirectory } of Deno.readDir(npm)) {
    if (isDirectory) await walk(join(npm, name), "");
  }
  return files;
}

/** The package of such a path: "zod", "@observablehq/plot". */
export function packageOf(path: string): string {
  return path.split("/").slice(0, path.startsWith("@") ? 2 : 1).join("/");
}

/** Names by which packages mark binaries of a system or a processor. */
const SYSTEMS = { linux: "linux", darwin: "darwin", windows: "win32" } as const;
const PROCESSORS = { x86_64: "x64", aarch64: "arm64" } as const;

/** Whether a file can only be used on another system, or another processor, than this one. */
export function isForeign(
  path: string,
  { os, arch }: { os: string; arch: string } = Deno.build,
): boolean {
  const folders = path.split("/").slice(0, -1);
  const other = (names: Readonly<Record<string, string>>, own: string) =>
    Object.entries(names).some(([key, name]) => key !== own && folders.includes(name));
  return other(SYSTEMS, os) || other(PROCESSORS, arch);
}

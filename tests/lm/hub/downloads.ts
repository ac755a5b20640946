/** A hub on this machine, and downloads from it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UserError } from "offprint/errors.ts";
import { downloadModel, type DownloadOptions } from "offprint/lm/hub/download.ts";
import { HubServer } from "./hub_server.ts";
import { publishedFiles } from "../published_model.ts";

export const published = publishedFiles(true);

export const GRAPH = "onnx/model.onnx";

export const graphBytes = published.get(GRAPH)!;

/** A hub and an empty folder. */
export async function withHub(
  run: (hub: HubServer, folder: string) => Promise<void>,
  contents: ReadonlyMap<string, Uint8Array<ArrayBuffer>> = published,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await using hub = new HubServer(contents);
    await run(hub, join(root, "model"));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

export function download(
  hub: HubServer,
  folder: string,
  options: DownloadOptions = {},
  name = "owner/tiny",
) {
  return downloadModel(name, pathToFileURL(`${folder}/`), {
    endpoint: hub.endpoint,
    retries: 0,
    ...options,
  });
}

export async function fails(run: () => Promise<unknown>, ...parts: string[]): Promise<void> {
  const { message } = await assertRejects(run, UserError);
  for (const part of parts) assert(message.includes(part), `${message} — expected ${part}`);
  assert(!message.includes("\n"), message);
}

/** The paths of all files, sorted. */
export async function listed(folder: string, prefix = ""): Promise<string[]> {
  const paths: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) paths.push(...await listed(join(folder, name), `${prefix}${name}/`));
      else paths.push(prefix + name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return paths.sort();
}

/** The part of a file, which there must be one of. */
export async function partOf(folder: string, path: string): Promise<string> {
  const parts = (await listed(folder)).filter((name) => name.startsWith(path));
  assertEquals(parts.length, 1, parts.join());
  assert(parts[0]!.endsWith(".part"), parts[0]);
  return join(folder, parts[0]!);
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * Downloads a public model by its name on the hub into a folder from which `loadModel` opens it.
 *
 * `@huggingface/hub` names the commit and lists the files with their hashes; fetching, taking up what was
 * cut, and checking is done here, because the package does neither of the last two (see `hub.ts`).
 *
 * @module
 */
import { statfs } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Described, UserError } from "offprint/errors.ts";
import { downloadFile, partBytes } from "./download_file.ts";
import { isComplete } from "./file_hash.ts";
import { type HubConnection, type HubFile, type HubRepository, hubRepository } from "./hub.ts";

/** The hub that is asked unless another one is named. */
export const DEFAULT_ENDPOINT = "https://huggingface.co";

/** What is downloaded, from where and how. */
export interface DownloadOptions {
  /** Branch, tag or commit; `main` by default. */
  revision?: string;
  /** Which weights to take ({@linkcode chosenFiles}); by default what `loadModel` opens. */
  patterns?: readonly string[];
  /** Address of the hub; {@linkcode DEFAULT_ENDPOINT} by default. */
  endpoint?: string;
  /** For models that are private or gated. */
  token?: string;
  /** Whether files of the same name and another content may be replaced; by default that is an error. */
  replace?: boolean;
  /** How often a cut connection is taken up again at once; 3 by default. */
  retries?: number;
  /** How long a server may say nothing, in milliseconds; a minute by default. */
  silenceMs?: number;
  signal?: AbortSignal;
  /** Called once, before the first file. */
  onPlan?: (plan: DownloadPlan) => void;
  /** Called whenever bytes are there. */
  onBytes?: (file: PlannedFile, present: number, received: number) => void;
  /** Called when a file is in its place. */
  onFile?: (file: PlannedFile) => void;
}

/** A file to download, and what is there of it. */
export interface PlannedFile extends HubFile {
  /** Bytes that are on the disk already: all of them, a part that will be taken up, or none. */
  present: number;
  /** Whether the file is in its place with the right hash. */
  complete: boolean;
}

/** What a download is going to do. */
export interface DownloadPlan {
  name: string;
  commit: string;
  folder: URL;
  files: PlannedFile[];
}

/**
 * Downloads a model into `folder`. Files that are there and right are kept; every other one appears whole
 * or not at all.
 *
 * @param name `OWNER/NAME`.
 * @param folder ends with a slash; made if need be.
 * @returns what was planned, all of it done.
 * @throws {UserError} for an unknown or closed model, no connection, a wrong hash, a file of other content
 * in the way, too little room. Whatever came of a file stays as `NAME.HASH.part` for the next call, unless
 * its hash was wrong.
 */
export async function downloadModel(
  name: string,
  folder: URL,
  options: DownloadOptions = {},
): Promise<DownloadPlan> {
  const connection: HubConnection = {
    endpoint: checkedEndpoint(options.endpoint ?? DEFAULT_ENDPOINT),
    token: options.token,
    signal: options.signal,
    silenceMs: options.silenceMs ?? 60_000,
  };
  const repository = await hubRepository(connection, name, options.revision ?? "main");
  const chosen = chosenFiles(repository, options.patterns);
  const files: PlannedFile[] = [];
  for (const file of chosen) {
    options.signal?.throwIfAborted();
    files.push(await planned(file, folder, options.replace ?? false));
  }
  const plan: DownloadPlan = { name, commit: repository.commit, folder, files };
  await checkRoom(plan);
  options.onPlan?.(plan);
  for (const file of files) {
    if (file.complete) continue;
    await downloadFile(connection, repository, file, placeOf(folder, file), {
      retries: options.retries ?? 3,
      onBytes: (present, received) => options.onBytes?.(file, present, received),
    });
    options.onFile?.(file);
  }
  return plan;
}

/** What every model needs beside its weights, and its licence. */
const COMPANIONS =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map)\.json$|^chat_template\.jinja$|^LICENSE[^/]*$/i;

/** Weights that are opened without further ado, the first kind that is there. */
const WEIGHTS = [
  /^onnx\/model\.onnx(_data.*)?$/,
  /^model(-\d+-of-\d+)?\.safetensors$|^model\.safetensors\.index\.json$/,
];

/**
 * The files of a repository that are downloaded: configuration, tokenizer and licence, and the weights.
 *
 * @param patterns in which `*` stands for any characters, slashes too, and `?` for one: all files that
 * match one of them are the weights. Without any, `onnx/model.onnx` with its data, or else the
 * safetensors.
 * @throws {UserError} when there are no weights, or a pattern matches nothing.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { chosenFiles } from "offprint/lm/hub/mod.ts";
 *
 * const paths = ["config.json", "onnx/model.onnx", "onnx/model_q4.onnx", "README.md"];
 * const hash = { kind: "sha256", hex: "0" } as const;
 * const files = paths.map((path) => ({ path, bytes: 1, hash }));
 * const repository = { name: "a/b", commit: "0", files };
 * const chosen = (patterns?: string[]) => chosenFiles(repository, patterns).map(({ path }) => path);
 * assertEquals(chosen(), ["config.json", "onnx/model.onnx"]);
 * assertEquals(chosen(["*_q4.onnx"]), ["config.json", "onnx/model_q4.onnx"]);
 * ```
 */
export function chosenFiles(
  repository: HubRepository,
  patterns: readonly string[] = [],
): HubFile[] {
  const { name, files } = repository;
  const nothing = (what: string, got: string, expected: string): UserError => {
    const weights = files.filter(({ path }) => /\.(onnx|safetensors)$/.test(path));
    const some = (weights.length > 0 ? weights : files).slice(0, 6).map(({ path }) => path);
    return new UserError({
      what,
      got,
      expected,
      todo: some.length === 0 ? "It is empty." : `There are for example ${some.join(", ")}.`,
    });
  };
  const weights = new Set<HubFile>();
  for (const pattern of patterns) {
    const matching = files.filter(({ path }) => expressionOf(pattern).test(path));
    if (matching.length === 0) {
      throw nothing("--files", pattern, `a pattern that matches files of ${name}`);
    }
    matching.forEach((file) => weights.add(file));
  }
  if (patterns.length === 0) {
    for (const kind of WEIGHTS) {
      // The first kind that is there is enough: the others hold the same weights.
      if (weights.size > 0) break;
      files.filter(({ path }) => kind.test(path)).forEach((file) => weights.add(file));
    }
    if (weights.size === 0) {
      throw nothing(
        name,
        "a repository without onnx/model.onnx and model.safetensors",
        "one with either, or --files PATTERN",
      );
    }
  }
  return files.filter((file) => COMPANIONS.test(file.path) || weights.has(file));
}

function expressionOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`);
}

function placeOf(folder: URL, { path }: HubFile): URL {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), folder);
}

async function planned(file: HubFile, folder: URL, replace: boolean): Promise<PlannedFile> {
  const place = placeOf(folder, file);
  const what = decodeURIComponent(place.pathname);
  const there = await Deno.stat(place).catch(() => undefined);
  if (there?.isDirectory) {
    throw new UserError({
      what,
      got: new Described("a folder"),
      expected: "no file of this name, or the same one as on the hub",
      todo: "Give another folder with --to.",
    });
  }
  if (await isComplete(place, file)) return { ...file, present: file.bytes, complete: true };
  if (there !== undefined && !replace) {
    throw new UserError({
      what,
      got: new Described("a file with other content than the hub's"),
      expected: "no file of this name, or the same one as on the hub",
      todo: "Add --replace to replace it, or give another folder with --to.",
    });
  }
  return { ...file, present: await partBytes(place, file), complete: false };
}

/** Room on the disk is asked for where the system says how much there is. */
async function checkRoom({ name, folder, files }: DownloadPlan): Promise<void> {
  const needed = files.reduce((sum, { bytes, present }) => sum + bytes - present, 0);
  if (needed === 0) return;
  await Deno.mkdir(folder, { recursive: true }).catch(() => {}); // failing is told by the first file
  const disk = await statfs(fileURLToPath(folder)).catch(() => undefined);
  if (disk === undefined) return;
  const free = disk.bavail * disk.bsize;
  if (free >= needed) return;
  throw new UserError({
    what: decodeURIComponent(folder.pathname),
    got: new Described(`${shownBytes(free)} of free disk`),
    expected: `${shownBytes(needed)} for ${name}`,
    todo: "Make room or choose another folder with --to.",
  });
}

function checkedEndpoint(endpoint: string): string {
  if (/^https?:$/.test(URL.parse(endpoint)?.protocol ?? "")) return endpoint.replace(/\/+$/, "");
  throw new UserError({
    what: "--endpoint (or HF_ENDPOINT)",
    got: endpoint,
    expected: `an address like ${DEFAULT_ENDPOINT}`,
  });
}

/** A number of bytes as a person says it, in powers of a thousand: `999 B`, `12.3 MB`. */
export function shownBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(bytes || 1) / 3)));
  if (power === 0) return `${Math.round(bytes)} B`;
  const value = bytes / 1000 ** power;
  return `${value < 100 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`;
}

/**
 * Asks a model hub (huggingface.co, or a server with the same interface) what a repository holds, through
 * `@huggingface/hub`, and turns every way in which that can fail into one line.
 *
 * Of the package only `modelInfo` and `listFiles` are used. Its `snapshotDownload` and
 * `downloadFileToCacheDir` (2.17.5) begin a file again after a cut connection and compare no hash; that
 * part is in `download_file.ts`.
 *
 * @module
 */
import type * as HubModule from "@huggingface/hub";
import { z } from "zod";
import { Described, messageOf, printable, UserError } from "offprint/errors.ts";

/** How a hub is reached. */
export interface HubConnection {
  /** Begin of every address, without a slash at the end. */
  endpoint: string;
  /** Sent to the endpoint, and to no other server it redirects to. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
  /** How long a server may say nothing before the connection counts as lost; milliseconds. */
  silenceMs: number;
}

/** The hash under which the hub keeps a file. */
export interface FileHash {
  /** `sha256` of the bytes for large files (Git LFS), `git-blob` for small ones: SHA-1 of "blob SIZE\0" and the bytes. */
  kind: "sha256" | "git-blob";
  /** Hexadecimal. */
  hex: string;
}

/** A file of a repository. */
export interface HubFile {
  /** From the repository's root, with slashes. */
  path: string;
  bytes: number;
  hash: FileHash;
}

/** A repository at one commit. */
export interface HubRepository {
  name: string;
  commit: string;
  /** Sorted by path. */
  files: HubFile[];
}

const commitSchema = z.looseObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) });
const size = z.int().min(0);
const entrySchema = z.looseObject({
  path: z.string(),
  size,
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lfs: z.looseObject({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
});

/**
 * The files of a repository at a branch, a tag or a commit.
 *
 * @param name `OWNER/NAME`, or `NAME` for the hub's oldest models.
 * @throws {UserError} for an unknown name or revision, a closed repository, a hub that cannot be reached
 * or does not answer as one.
 */
export async function hubRepository(
  connection: HubConnection,
  name: string,
  revision: string,
): Promise<HubRepository> {
  if (!/^(?!.*\.\.)\w[\w.-]*(\/\w[\w.-]*)?$/.test(name)) {
    throw new UserError({ what: "model", got: name, expected: "a name like OWNER/NAME" });
  }
  const specifier: string = "@huggingface/hub"; // not a literal: fetched when it is needed
  const hub = await import(specifier) as typeof HubModule;
  const access = {
    hubUrl: connection.endpoint,
    fetch: answerFetch(connection, name, revision),
  };
  const strange = (got: string): UserError =>
    new UserError({
      what: connection.endpoint,
      got: new Described(got),
      expected: "the answer of a model hub",
      todo:
        "Check --endpoint (or HF_ENDPOINT), and that no log-in page of the network is in between.",
    });
  try {
    const info = commitSchema.safeParse(
      await hub.modelInfo({ ...access, name, revision, additionalFields: ["sha"] }),
    );
    if (!info.success) throw strange("no commit");
    const commit = info.data.sha;
    const files: HubFile[] = [];
    // By the commit, so that nobody's push comes in between.
    const listing = hub.listFiles({ ...access, repo: name, revision: commit, recursive: true });
    for await (const entry of listing) {
      if (entry.type !== "file") continue;
      const parsed = entrySchema.safeParse(entry);
      if (!parsed.success) throw strange(`${JSON.stringify(entry).slice(0, 60)} in a listing`);
      const { path, oid, lfs } = parsed.data;
      checkPath(name, path);
      files.push({
        path,
        bytes: lfs?.size ?? parsed.data.size,
        hash: lfs === undefined ? { kind: "git-blob", hex: oid } : { kind: "sha256", hex: lfs.oid },
      });
    }
    files.sort((a, b) => a.path < b.path ? -1 : 1);
    return { name, commit, files };
  } catch (error) {
    connection.signal?.throwIfAborted();
    if (error instanceof UserError) throw error;
    throw strange(messageOf(error).split("\n")[0]!);
  }
}

/** The address of a file's bytes. */
export function fileAddress(endpoint: string, repository: HubRepository, path: string): string {
  const segments = path.split("/").map(encodeURIComponent).join("/");
  return `${endpoint}/${repository.name}/resolve/${repository.commit}/${segments}`;
}

/**
 * Asks for `address`; the body of the answer is still to come.
 *
 * @throws {UserError} when there is no connection, or no answer within `silenceMs`.
 */
export async function hubRequest(
  connection: HubConnection,
  address: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; abort: AbortController }> {
  const abort = new AbortController();
  const { token, signal, silenceMs, endpoint } = connection;
  signal?.throwIfAborted();
  const timer = setTimeout(() => abort.abort(), silenceMs);
  try {
    const response = await fetch(address, {
      headers: {
        ...headers,
        // The token is for the hub alone: no other address may see it.
        ...(token !== undefined && new URL(address).origin === new URL(endpoint).origin
          ? { authorization: `Bearer ${token}` }
          : {}),
      },
      signal: signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal]),
    });
    return { response, abort };
  } catch (error) {
    signal?.throwIfAborted();
    const reason = networkReason(error);
    const certificate = reason.includes("certificate");
    throw new UserError({
      what: endpoint,
      got: abort.signal.aborted ? `no answer in ${silenceMs / 1000} s` : reason.split(": ").at(-1),
      expected: certificate
        ? "a server with a certificate that this machine trusts"
        : "a connection",
      todo: certificate
        ? "If the network has its own certificates, set DENO_TLS_CA_STORE=system."
        : "Check the network (a proxy belongs in HTTPS_PROXY) and run the same command again.",
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What the network said, without the layers that passed it on. */
export function networkReason(error: unknown): string {
  return error instanceof Error && error.cause !== undefined
    ? networkReason(error.cause)
    : messageOf(error);
}

/**
 * Checks the status of an answer about a repository.
 *
 * @throws {UserError} which says whether the model, the revision or the right to read it is missing.
 */
export function checkStatus(
  connection: HubConnection,
  name: string,
  revision: string,
  response: Response,
): void {
  if (response.ok) return;
  const { endpoint, token } = connection;
  const code = response.headers.get("x-error-code");
  const status = `HTTP ${response.status}`;
  if (code === "RevisionNotFound") {
    throw new UserError({
      what: "--revision",
      got: revision,
      expected: `a branch, a tag or a commit of ${name}`,
    });
  }
  if (code === "EntryNotFound") {
    throw new UserError({
      what: name,
      got: new Described(`status ${status} for a file that the hub itself listed`),
      expected: "the file",
      todo: "The repository has changed since it was listed. Run the same command again.",
    });
  }
  if (code === "GatedRepo" || response.status === 403) {
    throw new UserError({
      what: name,
      got: code === "GatedRepo" ? `${status} (a gated model)` : status,
      expected: "a model that may be downloaded",
      todo: `Accept its terms at ${endpoint}/${name} and set HF_TOKEN to a token of that account.`,
    });
  }
  // The hub answers 401 to someone without a token who asks for what does not exist.
  if (code === "RepoNotFound" || response.status === 404 || response.status === 401) {
    throw new UserError({
      what: "model",
      got: name,
      expected: `the name of a model at ${endpoint} (${status})`,
      todo: token === undefined
        ? "Check the spelling; for a private model set HF_TOKEN."
        : "Check the spelling, and that HF_TOKEN is valid and may read it.",
    });
  }
  throw new UserError({
    what: endpoint,
    got: status,
    expected: "an answer",
    todo: "Run the same command again later.",
  });
}

/** What the package asks the hub through: whole answers, and failures in our words. */
function answerFetch(connection: HubConnection, name: string, revision: string): typeof fetch {
  return async (input) => {
    const address = input instanceof Request ? input.url : String(input);
    const { response, abort } = await hubRequest(connection, address, {
      accept: "application/json",
    });
    const timer = setTimeout(() => abort.abort(), connection.silenceMs);
    try {
      const body = await response.arrayBuffer();
      checkStatus(connection, name, revision, response);
      return new Response(body, { status: response.status, headers: response.headers });
    } finally {
      clearTimeout(timer);
    }
  };
}

/**
 * A path comes from the repository and is joined to a folder of ours: it must stay inside.
 *
 * @throws {UserError} when it would not.
 */
function checkPath(name: string, path: string): void {
  if (path !== "" && !/[\\:\n\t]/.test(path) && printable(path) === path) {
    if (path.split("/").every((part) => part !== "" && part !== "." && part !== "..")) return;
  }
  throw new UserError({
    what: name,
    got: path,
    expected: "paths that stay inside the folder",
    todo: "Do not use this repository.",
  });
}

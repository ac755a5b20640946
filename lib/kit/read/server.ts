/**
 * The reader's server: pages, files, and one socket for each page that is open. It answers on this machine only.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { printPercent, sourceMetadata, stringifyNotebook } from "../pairs/mod.ts";
import { messageOf, UserError } from "offprint/errors.ts";
import { mediaType, readerAssets } from "./assets.ts";
import { Guard, HEADERS } from "./guard.ts";
import { type PageRequest, type ReaderEvent, requestSchema } from "./messages.ts";
import type { Session } from "./session.ts";
import type { Shelf } from "./shelf.ts";

/** What a reader is started with. */
export interface ReaderOptions {
  shelf: Shelf;
  token: string;
  /** 0 for any that is free. */
  port: number;
  /** The notebook that is likely opened first. */
  first?: string;
  /** Writes a notebook's edited cells to its files; without it nothing is ever written. Gives a line that says what was done. */
  save?: (session: Session) => Promise<string>;
}

/** A reader that is running. */
export interface Reader {
  port: number;
  /** The address that lets a browser in. */
  address: string;
  /** Ends the server and all kernels. */
  close(): Promise<void>;
}

/**
 * Starts the server.
 *
 * @throws {UserError} when the port is taken or may not be used.
 */
export function startReader(options: ReaderOptions): Reader {
  const { shelf, token, save } = options;
  const assets = readerAssets();
  assets.catch(() => {}); // told by the request that needs them
  const sockets = new Set<WebSocket>();
  const answer = async (request: Request): Promise<Response> => {
    const judgement = guard.judge(request);
    if (judgement.kind === "refused") {
      return new Response(`${judgement.reason}\n`, { status: judgement.status, headers: HEADERS });
    }
    if (judgement.kind === "enter") {
      const headers = { ...HEADERS, location: judgement.address, "set-cookie": judgement.cookie };
      return new Response(null, { status: 303, headers });
    }
    const path = decodeURIComponent(new URL(request.url).pathname).slice(1);
    const of = /^socket\/(.+)$/.exec(path)?.[1];
    if (of !== undefined) return connect(request, of, { shelf, sockets, ...(save && { save }) });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Response(null, { status: 405 });
    }
    const type = mediaType(path === "" ? "index.html" : path);
    const page = pageAt(shelf, path);
    if (page !== undefined) {
      return new Response(page, { headers: { ...HEADERS, "content-type": type } });
    }
    const file = shelf.picture(path) ?? (await assets).get(path);
    if (file === undefined) {
      return new Response("there is no such page\n", { status: 404, headers: HEADERS });
    }
    return fileAnswer(request, file, type);
  };
  const server = listen(options.port, answer);
  const { port } = server.addr;
  const ending = new AbortController();
  // What cannot be rendered is told by the request for it.
  const ahead = shelf.prepare(options.first, ending.signal).catch(() => {});
  const guard = new Guard(port, token);
  return {
    port,
    address: `http://127.0.0.1:${port}/?token=${token}`,
    async close() {
      ending.abort();
      await ahead;
      for (const socket of sockets) socket.close();
      await shelf.close();
      await server.shutdown();
    },
  };
}

/** A file that pages share: a browser that has it already asks whether it is still the same. */
function fileAnswer(request: Request, file: string | Uint8Array, type: string): Response {
  const etag = `"${createHash("sha256").update(file).digest("base64url")}"`;
  const headers = { ...HEADERS, "content-type": type, "cache-control": "private, no-cache", etag };
  return request.headers.get("if-none-match") === etag
    ? new Response(null, { status: 304, headers })
    : new Response(file as BodyInit, { headers });
}

function listen(
  port: number,
  answer: (request: Request) => Promise<Response>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen: () => {},
      onError: (error) => new Response(`${messageOf(error)}\n`, { status: 500, headers: HEADERS }),
    }, answer);
  } catch (error) {
    const taken = error instanceof Deno.errors.AddrInUse;
    if (!taken && !(error instanceof Deno.errors.PermissionDenied)) throw error;
    throw new UserError({
      what: "--port",
      got: port,
      expected: taken ? "a port that no other program uses" : "a port that you may use",
      todo: taken
        ? "Give another one, or --port 0 for any that is free; perhaps the reader runs already."
        : "Give one above 1023, or --port 0 for any that is free.",
    });
  }
}

/** Pages and downloads; a session is made by a socket only. */
function pageAt(shelf: Shelf, path: string): string | undefined {
  if (path === "" || path === "index.html") return shelf.index();
  if (path === "search.html") return shelf.search();
  const [, id, kind] = /^(.+?)\.(html|ipynb|ts|cells\.json)$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  if (kind === "html") return shelf.page(id);
  if (kind === "cells.json") return JSON.stringify(shelf.cells(id));
  const notebook = shelf.notebook(id);
  if (notebook === undefined) return undefined;
  return kind === "ipynb"
    ? stringifyNotebook(notebook)
    : printPercent({ ...notebook, metadata: sourceMetadata(notebook) });
}

interface Surroundings {
  shelf: Shelf;
  sockets: Set<WebSocket>;
  save?: (session: Session) => Promise<string>;
}

function connect(request: Request, id: string, around: Surroundings): Response {
  const { shelf, sockets, save } = around;
  const session = shelf.session(id);
  if (session === undefined) return new Response(null, { status: 404, headers: HEADERS });
  const { socket, response } = Deno.upgradeWebSocket(request);
  const say = (event: ReaderEvent) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event));
  };
  let leave = () => {};
  socket.onopen = () => {
    sockets.add(socket);
    for (const event of session.snapshot(save !== undefined)) say(event);
    say({ type: "claims", ...shelf.claims(id) });
    leave = shelf.listen(id, say);
  };
  socket.onclose = () => {
    sockets.delete(socket);
    leave();
  };
  socket.onmessage = async ({ data }) => {
    try {
      await obey(session, requestSchema.parse(JSON.parse(data)), say, save);
    } catch (error) {
      say({ type: "problem", message: messageOf(error) });
    }
  };
  return response;
}

async function obey(
  session: Session,
  request: PageRequest,
  say: (event: ReaderEvent) => void,
  save: ((session: Session) => Promise<string>) | undefined,
): Promise<void> {
  switch (request.type) {
    case "run":
      return request.needed ? await session.runNeeded(request.cells) : session.run(request.cells);
    case "ready":
      return session.ready();
    case "edit":
      return session.edit(request.cell, request.source);
    case "insert":
      return session.insert({ id: request.cell, after: request.after });
    case "reset":
      return session.reset(request.cell);
    case "parameters":
      return await session.change(request.values, request.run);
    case "stop":
      return await session.stop();
    case "restart":
      return await session.restart();
    case "trust":
      session.trust();
      for (const event of session.snapshot(save !== undefined)) say(event);
      return;
    case "complete": {
      const { id, source, at } = request;
      const reply = await session.ask("complete_request", source, at);
      const [from, to] = [reply?.["cursor_start"], reply?.["cursor_end"]].map(Number);
      const matches = reply?.["matches"];
      const options = Array.isArray(matches) ? matches.map(String) : [];
      return say({ type: "completions", id, from: from || 0, to: to || at, options });
    }
    case "inspect": {
      const reply = await session.ask("inspect_request", request.source, request.at);
      const data = reply?.["data"] as Record<string, unknown> | undefined;
      return say({ type: "inspected", id: request.id, text: String(data?.["text/plain"] ?? "") });
    }
    case "save": {
      const note = await save?.(session);
      return say(
        note === undefined
          ? { type: "problem", message: "start it with --edit to write to the notebook's files" }
          : { type: "saved", note },
      );
    }
  }
}

/**
 * Who may ask the reader's server for anything: a program that runs cells must answer nobody but the page it sent.
 *
 * @module
 */
import { timingSafeEqual } from "node:crypto";

/**
 * What a page of the reader may do: its own scripts and none inside the page, its own styles, fonts and pictures, pictures
 * that stand in the page itself, and a connection to the server that sent it.
 */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of every answer. */
export const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** What the guard says of a request. */
export type Judgement =
  | { kind: "allowed" }
  /** It has the token in its address: it gets the cookie, and the address without it. */
  | { kind: "enter"; cookie: string; address: string }
  | { kind: "refused"; status: 403 | 421; reason: string };

/** A new token: 32 random bytes in letters, digits, `-` and `_`. */
export function newToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
}

/**
 * Judges requests to one server on this machine.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { Guard } from "offprint/kit/read/mod.ts";
 *
 * const guard = new Guard(4321, "secret");
 * const own = { host: "127.0.0.1:4321" };
 * assertEquals(guard.judge(new Request("http://x/", { headers: own })).kind, "refused");
 * assertEquals(guard.judge(new Request("http://x/?token=secret", { headers: own })).kind, "enter");
 * ```
 */
export class Guard {
  readonly #token: string;
  readonly #cookie: string;
  readonly #hosts: ReadonlySet<string>;

  constructor(port: number, token: string) {
    this.#token = token;
    // Cookies know no ports: two servers on one machine must not take each other's.
    this.#cookie = `offprint-read-${port}`;
    this.#hosts = new Set([`127.0.0.1:${port}`, `localhost:${port}`]);
  }

  /** Whether a request comes from this server's own page or brings the token, and was sent to this machine by name. */
  judge(request: Request): Judgement {
    const { headers } = request;
    const host = headers.get("host") ?? "";
    // A name of another site that leads here (DNS rebinding) is not ours.
    if (!this.#hosts.has(host)) {
      return refused(421, `this server answers to ${[...this.#hosts].join(" and ")} only`);
    }
    const origin = headers.get("origin");
    const socket = headers.get("upgrade")?.toLowerCase() === "websocket";
    const reads = request.method === "GET" && !socket;
    if (origin === null ? !reads : origin !== `http://${host}`) {
      return refused(403, "this request comes from another page");
    }
    const url = new URL(request.url);
    const given = url.searchParams.get("token");
    if (given !== null && reads) {
      if (!this.#matches(given)) return refused(403, WRONG);
      url.searchParams.delete("token");
      return {
        kind: "enter",
        cookie: `${this.#cookie}=${this.#token}; Path=/; HttpOnly; SameSite=Strict`,
        // One slash: two would name another site.
        address: `/${url.pathname.replace(/^\/+/, "")}${url.search}`,
      };
    }
    return this.#matches(this.#cookieOf(headers)) ? { kind: "allowed" } : refused(403, WRONG);
  }

  #cookieOf(headers: Headers): string {
    const pairs = (headers.get("cookie") ?? "").split(/;\s*/);
    const start = `${this.#cookie}=`;
    return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) ?? "";
  }

  #matches(given: string): boolean {
    const [a, b] = [given, this.#token].map((text) => new TextEncoder().encode(text));
    return a!.length === b!.length && timingSafeEqual(a!, b!);
  }
}

const WRONG =
  "open the address that deno task read printed: it holds the token that this page needs";

function refused(status: 403 | 421, reason: string): Judgement {
  return { kind: "refused", status, reason };
}

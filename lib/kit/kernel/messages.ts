/**
 * The messages of the Jupyter protocol 5.3 and their signatures: HMAC-SHA256 over the four JSON
 * parts, with the key of the connection file.
 *
 * Frames: `[identities…, "<IDS|MSG>", signature, header, parent header, metadata, content, buffers…]`.
 * Source: https://jupyter-client.readthedocs.io/en/stable/messaging.html.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Json } from "../nbformat.ts";

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Who sent a message, when, and of what type. */
export interface MessageHeader {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** A message as received. */
export interface Message {
  header: MessageHeader;
  /** Header of the request this message answers; empty when it answers none. */
  parent: Partial<MessageHeader>;
  metadata: JsonObject;
  content: JsonObject;
}

/** A message that is not well formed, or whose signature is not ours. */
export class MessageError extends Error {
  override readonly name = "MessageError";
}

const DELIMITER = "<IDS|MSG>";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The header of a new message. */
export function newHeader(session: string, type: string): MessageHeader {
  return {
    msg_id: crypto.randomUUID(),
    msg_type: type,
    session,
    username: "offprint",
    date: new Date().toISOString(),
    version: "5.3",
  };
}

/** The signature, 64 hexadecimal digits, of the four JSON parts of a message. */
export function sign(key: string, parts: readonly Uint8Array[]): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/** The frames of a signed message that answers nothing. */
export function encodeJupyter(
  key: string,
  header: MessageHeader,
  content: JsonObject,
): Uint8Array[] {
  const parts = [header, {}, {}, content].map((part) => encoder.encode(JSON.stringify(part)));
  return [encoder.encode(DELIMITER), encoder.encode(sign(key, parts)), ...parts];
}

/**
 * Reads the frames of a message and checks its signature.
 *
 * @throws {MessageError} when a part is missing, is not JSON, or the signature is wrong.
 */
export function decodeJupyter(key: string, frames: readonly Uint8Array[]): Message {
  const at = frames.findIndex((frame) =>
    frame.length === DELIMITER.length && decoder.decode(frame) === DELIMITER
  );
  const signed = frames.slice(at + 2, at + 6);
  if (at < 0 || signed.length < 4) {
    throw new MessageError(`got ${frames.length} frames that are not a Jupyter message`);
  }
  const got = encoder.encode(decoder.decode(frames[at + 1]!));
  const expected = encoder.encode(sign(key, signed));
  if (got.length !== expected.length || !timingSafeEqual(got, expected)) {
    throw new MessageError("got a message whose signature was not made with this kernel's key");
  }
  const [header, parent, metadata, content] = signed.map((part) => {
    try {
      return JSON.parse(decoder.decode(part));
    } catch {
      throw new MessageError("got a message with a part that is not JSON");
    }
  });
  return { header, parent, metadata, content };
}

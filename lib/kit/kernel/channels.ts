/**
 * The connected channels of one kernel: signed messages out, replies and published messages in.
 *
 * @module
 */
import type { Channel, Connection } from "./connection.ts";
import {
  decodeJupyter,
  encodeJupyter,
  type JsonObject,
  type Message,
  newHeader,
} from "./messages.ts";
import { ZmtpSocket } from "./socket.ts";

/** Who gets what arrives. */
export interface ChannelListener {
  /** A message came on iopub. */
  onPublished(message: Message): void;
  /** A channel can no longer be read: its connection ended, or a message was not the kernel's. */
  onError(channel: Channel, error: unknown): void;
}

/** The sockets of one kernel and the requests that wait for replies. */
export class Channels {
  readonly #connection: Connection;
  readonly #listener: ChannelListener;
  readonly #session = crypto.randomUUID();
  readonly #sockets: Partial<Record<Channel, ZmtpSocket>> = {};
  readonly #replies = new Map<string, (message: Message) => void>();

  constructor(connection: Connection, listener: ChannelListener) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /**
   * Connects one channel and starts to read it.
   *
   * @throws {Deno.errors.ConnectionRefused} when the kernel does not listen yet.
   * @throws {ZmtpError} when something else owns the port.
   */
  async connect(channel: Channel): Promise<void> {
    const type = channel === "iopub" ? "SUB" : channel === "hb" ? "REQ" : "DEALER";
    const { ip, ports } = this.#connection;
    const socket = await ZmtpSocket.connect(ip, ports[channel], type);
    this.#sockets[channel] = socket;
    this.#read(channel, socket).catch((error) => this.#listener.onError(channel, error));
  }

  /**
   * Sends a request and waits, for as long as it takes, for the reply.
   *
   * @throws {Error} when the connection is not there or breaks while writing.
   */
  async request(channel: Channel, type: string, content: JsonObject): Promise<Message> {
    const socket = this.#sockets[channel];
    if (socket === undefined) throw new Error(`the ${channel} channel is not connected`);
    const header = newHeader(this.#session, type);
    const reply = Promise.withResolvers<Message>();
    this.#replies.set(header.msg_id, reply.resolve);
    await socket.send(encodeJupyter(this.#connection.key, header, content));
    return await reply.promise;
  }

  /** Ends all connections. */
  close(): void {
    for (const socket of Object.values(this.#sockets)) socket.close();
  }

  async #read(channel: Channel, socket: ZmtpSocket): Promise<never> {
    while (true) {
      const message = decodeJupyter(this.#connection.key, await socket.receive());
      if (channel === "iopub") {
        this.#listener.onPublished(message);
        continue;
      }
      const id = message.parent.msg_id ?? "";
      this.#replies.get(id)?.(message);
      this.#replies.delete(id);
    }
  }
}

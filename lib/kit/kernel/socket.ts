/**
 * One connected ZeroMQ socket.
 *
 * @module
 */
import {
  checkGreeting,
  encodeMessage,
  FrameReader,
  greeting,
  GREETING_BYTES,
  readyCommand,
  ZmtpError,
} from "./zmtp.ts";

/** The kinds of socket a client of a kernel opens. */
export type SocketType = "DEALER" | "SUB" | "REQ";

/** Size of one read from the network, in bytes. */
const READ_BYTES = 1 << 16;

/** A connected socket: whole messages out, whole messages in, in order. */
export class ZmtpSocket {
  #connection: Deno.TcpConn;
  #reader = new FrameReader();
  #chunk = new Uint8Array(READ_BYTES);
  #writing: Promise<void> = Promise.resolve();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  /**
   * Connects and shakes hands; a SUB socket subscribes to everything.
   *
   * @throws {Deno.errors.ConnectionRefused} when nobody listens on the port yet.
   * @throws {ZmtpError} when whoever listens is not a ZeroMQ socket.
   */
  static async connect(hostname: string, port: number, type: SocketType): Promise<ZmtpSocket> {
    const connection = await Deno.connect({ hostname, port });
    // Messages are written whole, so waiting to merge small writes would only add delay.
    connection.setNoDelay(true);
    const socket = new ZmtpSocket(connection);
    try {
      await socket.#write(greeting());
      checkGreeting(await socket.#take(GREETING_BYTES));
      await socket.#write(readyCommand(type));
      const ready = await socket.#frame();
      if (!ready.command) throw new ZmtpError("got a message, expected the READY command");
      if (type === "SUB") await socket.send([new Uint8Array([1])]);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /** Sends one message of one or more frames; concurrent calls never interleave. */
  send(frames: readonly Uint8Array[]): Promise<void> {
    return this.#write(encodeMessage(frames));
  }

  /**
   * The frames of the next message.
   *
   * @throws {ZmtpError} when the connection ends first.
   */
  async receive(): Promise<Uint8Array<ArrayBuffer>[]> {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    while (true) {
      const frame = await this.#frame();
      if (frame.command) continue;
      frames.push(frame.data);
      if (!frame.more) return frames;
    }
  }

  /** Ends the connection; a pending {@linkcode receive} throws. */
  close(): void {
    try {
      this.#connection.close();
    } catch {
      // Already closed by a failed read.
    }
  }

  async #frame() {
    while (true) {
      const frame = this.#reader.frame();
      if (frame !== undefined) return frame;
      await this.#fill();
    }
  }

  async #take(count: number): Promise<Uint8Array> {
    while (true) {
      const bytes = this.#reader.take(count);
      if (bytes !== undefined) return bytes;
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const count = await this.#connection.read(this.#chunk);
    if (count === null) throw new ZmtpError("the connection was closed");
    this.#reader.push(this.#chunk.subarray(0, count));
  }

  #write(bytes: Uint8Array): Promise<void> {
    const write = async () => {
      let offset = 0;
      while (offset < bytes.length) offset += await this.#connection.write(bytes.subarray(offset));
    };
    const done = this.#writing.then(write);
    // A failed write is reported to its caller; the next one must still be tried.
    this.#writing = done.catch(() => {});
    return done;
  }
}

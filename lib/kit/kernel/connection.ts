/**
 * The connection file: where a kernel listens and the key that signs its messages.
 *
 * @module
 */
import { join } from "node:path";

/** The five channels of the Jupyter protocol. */
export const CHANNELS = ["shell", "iopub", "stdin", "control", "hb"] as const;

/** A channel's name. */
export type Channel = typeof CHANNELS[number];

/** Where a kernel listens. */
export interface Connection {
  ip: string;
  ports: Record<Channel, number>;
  /** Signs every message, both ways. */
  key: string;
}

/** Kernels are reached over the loopback interface only. */
const LOOPBACK = "127.0.0.1";

/** Bytes of randomness in a key. */
const KEY_BYTES = 32;

/**
 * Five ports that nobody listens on at this moment. Another program may take one before the kernel
 * does; starting is therefore tried again with new ones.
 */
export function freePorts(): Record<Channel, number> {
  const listeners = CHANNELS.map(() => Deno.listen({ hostname: LOOPBACK, port: 0 }));
  const ports = listeners.map((listener) => listener.addr.port);
  for (const listener of listeners) listener.close();
  return Object.fromEntries(CHANNELS.map((channel, index) => [channel, ports[index]!])) as Record<
    Channel,
    number
  >;
}

/** A connection on the given ports with a fresh random key. */
export function newConnection(ports: Record<Channel, number>): Connection {
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES)).toHex();
  return { ip: LOOPBACK, ports, key };
}

/** Writes the file that `deno jupyter --conn` reads, readable by this user alone. Returns its path. */
export async function writeConnectionFile(
  folder: string,
  connection: Connection,
): Promise<string> {
  const path = join(folder, "connection.json");
  const ports = Object.fromEntries(
    CHANNELS.map((channel) => [`${channel}_port`, connection.ports[channel]]),
  );
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      ip: connection.ip,
      transport: "tcp",
      key: connection.key,
      signature_scheme: "hmac-sha256",
      kernel_name: "deno",
      ...ports,
    }),
    { mode: 0o600, createNew: true },
  );
  return path;
}

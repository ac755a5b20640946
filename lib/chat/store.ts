/**
 * Requests with their answers, each under the hash of its request: so a run goes on where it stopped, is never
 * paid twice, and can be repeated byte for byte without a network.
 *
 * @module
 */
import { join } from "node:path";
import { z } from "zod";
import { Described, UserError } from "offprint/errors.ts";
import { ifThere, readText, writeWhole } from "offprint/files.ts";

const exchangeSchema = z.strictObject({
  format: z.literal(1),
  address: z.string(),
  /** The body that was sent; pictures are in it. */
  request: z.string(),
  sample: z.int().nonnegative(),
  status: z.int(),
  /** The reply as it came, the key aside. */
  reply: z.string(),
});

/** A request and the reply that ended it. */
export type Exchange = z.infer<typeof exchangeSchema>;

/** Where exchanges are kept. */
export interface ChatStore {
  read(hash: string): Promise<Exchange | undefined>;
  write(hash: string, exchange: Exchange): Promise<void>;
}

/** Exchanges as files of a folder, one each, which is made where it is missing. */
export function folderStore(folder: string): ChatStore {
  const fileOf = (hash: string): string => join(folder, hash.slice(0, 2), `${hash}.json`);
  return {
    async read(hash) {
      const file = fileOf(hash);
      const text = await ifThere(readText(file));
      if (text === undefined) return undefined;
      const parsed = exchangeSchema.safeParse(jsonOf(text));
      if (parsed.success) return parsed.data;
      throw new UserError({
        what: file,
        got: new Described("no stored exchange"),
        expected: "a request with its reply in JSON",
        todo: "Delete the file; the question is asked again.",
      });
    },
    write: (hash, exchange) => writeWhole(fileOf(hash), `${JSON.stringify(exchange)}\n`),
  };
}

/** Exchanges in memory. */
export function memoryStore(): ChatStore & { readonly exchanges: Map<string, Exchange> } {
  const exchanges = new Map<string, Exchange>();
  return {
    exchanges,
    read: (hash) => Promise.resolve(exchanges.get(hash)),
    write(hash, exchange) {
      exchanges.set(hash, exchange);
      return Promise.resolve();
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

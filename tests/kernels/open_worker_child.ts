/**
 * Run by `open_test.ts`: loads the kernels, starts their threads and unloads them again; then loads them
 * in workers only, three at once and one later. Prints whether the library was still mapped after it had
 * been unloaded, and what each worker computed.
 */
import { buildLibrary } from "kernels/native/build.ts";

/** Threads go on when those who loaded the library are gone: then its code must not be. */
async function mappedAfterClosing(): Promise<boolean> {
  const library = Deno.dlopen(await buildLibrary(), {
    offprint_read: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  });
  library.symbols.offprint_read(3, new BigUint64Array(1 << 17), 1 << 17);
  library.close();
  const maps = Deno.readTextFileSync("/proc/self/maps");
  return /\/kernels-[0-9a-f]{20}\.[0-9a-f]{64}\.so$/m.test(maps);
}

const mapped = Deno.args.includes("mapped") ? await mappedAfterClosing() : undefined;
const url = new URL("./open_worker.ts", import.meta.url);
const answer = (rounds: number) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(rounds);
  });
const answers = [...await Promise.all([1, 40, 40].map(answer)), await answer(5)];
console.log(JSON.stringify({ answers, mapped }));

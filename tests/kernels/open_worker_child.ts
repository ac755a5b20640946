/**
 * Run by `open_test.ts`: loads the kernels in workers only, three at once and one later, and prints what
 * each computed and whether the library is still mapped when they are gone.
 */
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
// What ending a worker unloads is unloaded by now; where it stays, waiting changes nothing.
await new Promise((resolve) => setTimeout(resolve, 200));
const maps = Deno.build.os === "linux" ? Deno.readTextFileSync("/proc/self/maps") : "";
const mapped = /\/kernels-[0-9a-f]{20}\.so$/m.test(maps);
console.log(JSON.stringify({ answers, mapped }));

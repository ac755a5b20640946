/** A worker that runs one point of an experiment and is then thrown away. */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown): void;
};

scope.onmessage = async ({ data: { module, run, point, seed } }) => {
  scope.postMessage(await (await import(module))[run](point, seed));
};

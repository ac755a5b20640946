/**
 * Debian's Jupyter Notebook as a peer: started with a kernel of this Deno, on this machine only.
 *
 * @module
 */
import { join } from "node:path";
import { startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";

/** A Jupyter server that is running. */
export interface Jupyter {
  /** "Jupyter Notebook 6.4.12". */
  version: string;
  /** Where it shows a notebook of its folder. */
  address(id: string): string;
  close(): Promise<void>;
}

const PROGRAM = "jupyter-notebook";
const TRIES = 600;

/** Starts it on copies of the notebooks in `folder`; nothing where it is not installed. */
export async function startJupyter(folder: string): Promise<Jupyter | undefined> {
  let version: string;
  try {
    const said = await new Deno.Command(PROGRAM, { args: ["--version"] }).output();
    version = `Jupyter Notebook ${new TextDecoder().decode(said.stdout).trim()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const home = await temporaryFolder("jupyter");
  const kernel = join(home, "data", "kernels", "deno");
  await Deno.mkdir(kernel, { recursive: true });
  await Deno.writeTextFile(
    join(kernel, "kernel.json"),
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const token = crypto.randomUUID();
  const child = startChild(PROGRAM, [
    "--no-browser",
    "--allow-root",
    "--ip=127.0.0.1",
    `--port=${port}`,
    "--port-retries=0",
    `--NotebookApp.token=${token}`,
    `--notebook-dir=${folder}`,
    // A run must not write over the notebooks.
    "--FileContentsManager.use_atomic_writing=True",
    "--NotebookApp.autoreload=False",
  ], {
    cwd: folder,
    env: { JUPYTER_DATA_DIR: join(home, "data"), JUPYTER_CONFIG_DIR: home, HOME: home },
  });
  const base = `http://127.0.0.1:${port}`;
  for (let i = 0; i < TRIES; i++) {
    const answer = await fetch(`${base}/api?token=${token}`).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    version,
    address: (id) => `${base}/notebooks/${id}.ipynb?token=${token}`,
    async close() {
      child.kill();
      await child.status;
      await Deno.remove(home, { recursive: true });
    },
  };
}

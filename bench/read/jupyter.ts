/**
 * Debian's Jupyter Notebook as a peer: started with a kernel of this Deno, on this machine only.
 *
 * @module
 */
import { join } from "node:path";
import { startChild } from "offprint/process/mod.ts";
import { temporaryFolder } from "offprint/temporary.ts";
import { writeKernelSpec } from "../run/kernel_spec.ts";

/** A Jupyter server that is running. */
export interface Jupyter {
  /** "Jupyter Notebook 6.4.12". */
  version: string;
  /** Where it shows the notebook. */
  address: string;
  close(): Promise<void>;
}

const PROGRAM = "jupyter-notebook";
const TRIES = 600;

/** Starts it on a copy of one notebook, since it saves by itself; nothing where it is not installed. */
export async function startJupyter(folder: string, id: string): Promise<Jupyter | undefined> {
  let version: string;
  try {
    const said = await new Deno.Command(PROGRAM, { args: ["--version"] }).output();
    version = `Jupyter Notebook ${new TextDecoder().decode(said.stdout).trim()}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const home = await temporaryFolder("jupyter");
  const copies = join(home, "notebooks");
  await Deno.mkdir(copies);
  await Deno.copyFile(join(folder, `${id}.ipynb`), join(copies, `${id}.ipynb`));
  const settings = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
  await Deno.writeTextFile(
    join(copies, "deno.json"),
    JSON.stringify({
      ...settings,
      importMap: join(folder, settings.importMap),
      lock: { ...settings.lock, path: join(folder, settings.lock.path) },
    }),
  );
  await writeKernelSpec(join(home, "data"));
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
    `--notebook-dir=${copies}`,
  ], {
    cwd: copies,
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
    address: `${base}/notebooks/${id}.ipynb?token=${token}`,
    async close() {
      child.kill();
      await child.status;
      await Deno.remove(home, { recursive: true });
    },
  };
}

/**
 * Stands in for the kernel's namespace and keeps what is broadcast.
 *
 * @module
 */

/** One message as a front end would receive it. */
export interface Broadcast {
  type: string;
  content: {
    data: Record<string, unknown>;
    metadata: Record<string, unknown>;
    transient: { display_id?: string };
  };
}

/** Runs `use` with `Deno.jupyter` in place; `sent` grows while it runs. */
export async function withKernelNamespace(
  use: (sent: Broadcast[]) => void | Promise<void>,
): Promise<void> {
  const sent: Broadcast[] = [];
  // The namespace has a setter; its getter throws outside a kernel.
  const runtime = Deno as unknown as { jupyter: unknown };
  runtime.jupyter = {
    broadcast: (type: string, content: Broadcast["content"]) => {
      // As on the wire: only what JSON keeps arrives.
      sent.push({ type, content: JSON.parse(JSON.stringify(content)) });
      return Promise.resolve();
    },
    format: (value: unknown) => Promise.resolve({ "text/plain": `formatted ${String(value)}` }),
  };
  try {
    await use(sent);
  } finally {
    runtime.jupyter = undefined;
  }
}

/** Runs `use` and returns what it logged. */
export async function logged(use: () => void | Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const before = console.log;
  console.log = (...values: unknown[]) => lines.push(values.map(String).join(" "));
  try {
    await use();
  } finally {
    console.log = before;
  }
  return lines;
}

/** Runs `use` with an environment variable set, or unset for `undefined`. */
export async function withEnv(
  name: string,
  value: string | undefined,
  use: () => void | Promise<void>,
): Promise<void> {
  const before = Deno.env.get(name);
  const set = (to: string | undefined) =>
    to === undefined ? Deno.env.delete(name) : Deno.env.set(name, to);
  set(value);
  try {
    await use();
  } finally {
    set(before);
  }
}

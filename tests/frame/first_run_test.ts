import { assert, assertEquals, assertMatch } from "@std/assert";
import { countingRegistry, npmRegistry } from "../../bench/first_run/counting_registry.ts";
import { ROOT } from "offprint/kit/project.ts";

/** A paper that runs no language model, with few seeds, so that what is fetched takes most of the time. */
const PAPERS = ["08", "--set", "seeds=3"];
/** What it may fetch on a fresh machine, Deno included. */
const BYTES_ALLOWED = 60e6;
/**
 * Packages that it must never fetch. The parser of web-tree-sitter (1.2 MB) is not among them: a sweep reads an experiment's
 * parameters with it.
 */
const HEAVY = ["onnxruntime", "jax", "yosys", "hub", "playwright", "netlistsvg", "viz", "resvg"];

const upstream = await npmRegistry();
const why = upstream === undefined ? " (no npm here, or its registry does not answer)" : "";

/** The set-up line of the README on a machine that has only Node, with every cache in `home`. */
async function readmeCommand(home: string, registryUrl: string, ...args: string[]) {
  const env: Record<string, string> = {
    HOME: home,
    USERPROFILE: home,
    DENO_DIR: `${home}/deno`,
    npm_config_cache: `${home}/npm`,
    // Elsewhere than this machine's global packages, among which npx would find a Deno.
    npm_config_prefix: `${home}/prefix`,
    npm_config_update_notifier: "false",
    npm_config_registry: registryUrl,
    NPM_CONFIG_REGISTRY: registryUrl,
    NO_COLOR: "1",
  };
  const { code, stdout, stderr } = await new Deno.Command("npx", {
    args: ["--yes", "--prefer-offline", "deno@2.9", "task", ...args],
    cwd: ROOT,
    env,
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

Deno.test({
  name: `first run with empty caches fetches at most ${
    BYTES_ALLOWED / 1e6
  } MB, the next one works with the network cut${why}`,
  ignore: upstream === undefined,
  fn: async () => {
    const home = await Deno.makeTempDir({ prefix: "offprint-first-" });
    const proxy = countingRegistry(upstream!);
    try {
      const first = await readmeCommand(home, proxy.url, "run", ...PAPERS, "--out", `${home}/out`);
      assertEquals(first.code, 0, first.stderr.slice(-2000));
      assertMatch(first.stdout.trimEnd(), /\n1 passed, 0 failed$/);
      console.log(`first run fetched ${(proxy.bytes / 1e6).toFixed(1)} MB`);
      assert(proxy.bytes > 30e6, `counted only ${proxy.bytes} bytes: Deno itself is missing`);
      assert(proxy.bytes <= BYTES_ALLOWED, `fetched ${proxy.bytes} bytes`);
      const heavy = proxy.fetched.filter(({ path, bytes }) =>
        bytes > 200_000 && HEAVY.some((name) => path.includes(name))
      );
      assertEquals(heavy, []);
    } finally {
      await proxy.stop();
    }
    try {
      const second = await readmeCommand(home, proxy.url, "run", ...PAPERS, "--out", `${home}/out`);
      assertEquals(second.code, 0, second.stderr.slice(-2000));
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

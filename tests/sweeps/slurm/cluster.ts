/** A Slurm cluster of one node on this machine, in a folder of its own. */
import { runToEnd, startChild } from "offprint/process/mod.ts";
import { hostname, userInfo } from "node:os";

/** Programs that are needed; Debian has them in slurmctld, slurmd, slurm-client and munge. */
const PROGRAMS = ["/usr/sbin/munged", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/bin/sbatch"];

/** Why no cluster can be started here, or nothing. */
export function noSlurm(): string | undefined {
  const missing = PROGRAMS.filter((program) => {
    try {
      return !Deno.statSync(program).isFile;
    } catch {
      return true;
    }
  });
  if (missing.length > 0) return `${missing[0]} is missing`;
  return Deno.uid() === 0 ? undefined : "slurmd starts tasks for root only";
}

/** A running cluster. */
export class Cluster implements AsyncDisposable {
  readonly #node: string = hostname().split(".")[0]!;
  #daemons: { kill(): void; status: Promise<unknown> }[] = [];
  #slurmd: ReturnType<typeof startChild> | undefined;

  private constructor(readonly folder: string) {}

  static async start(): Promise<Cluster> {
    const folder = await Deno.makeTempDir({ prefix: "offprint-slurm-" });
    const cluster = new Cluster(folder);
    const ports = Array.from({ length: 2 }, () => {
      using listener = Deno.listen({ port: 0 });
      return (listener.addr as Deno.NetAddr).port;
    });
    await Deno.chmod(folder, 0o755);
    for (const name of ["munge", "state", "spool"]) await Deno.mkdir(`${folder}/${name}`);
    await Deno.chmod(`${folder}/munge`, 0o700);
    await Deno.writeFile(`${folder}/munge/key`, crypto.getRandomValues(new Uint8Array(1024)), {
      mode: 0o400,
    });
    const user = userInfo().username;
    const node = cluster.#node;
    await Deno.writeTextFile(
      `${folder}/slurm.conf`,
      `ClusterName=test
SlurmctldHost=${node}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket
CredType=cred/munge
SlurmctldPort=${ports[0]}
SlurmdPort=${ports[1]}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=10000
MpiDefault=none
NodeName=${node} NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
    );
    Deno.env.set("SLURM_CONF", `${folder}/slurm.conf`);
    cluster.#daemons.push(startChild("/usr/sbin/munged", [
      "--foreground",
      "--force",
      `--key-file=${folder}/munge/key`,
      `--socket=${folder}/munge/socket`,
      `--pid-file=${folder}/munge/pid`,
      `--log-file=${folder}/munge/log`,
      `--seed-file=${folder}/munge/seed`,
    ], { stderr: "null" }));
    cluster.#daemons.push(startChild("/usr/sbin/slurmctld", ["-c", "-D"], { stderr: "null" }));
    cluster.startNode();
    await cluster.until(async () => (await cluster.ask("sinfo", "-h", "-o", "%T")) === "idle");
    return cluster;
  }

  /** Starts the daemon of the node. */
  startNode(): void {
    this.#slurmd = startChild("/usr/sbin/slurmd", ["-D", "-c"], { stderr: "null" });
  }

  /** Ends the node as a power cut would: its daemon, and all that it had started. */
  async crashNode(): Promise<void> {
    const steps = await runToEnd("ps", ["-eo", "pid=,args="]);
    this.#slurmd!.kill();
    await this.#slurmd!.status;
    for (const line of steps.stdout.split("\n")) {
      const [, pid, args = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
      if (args.startsWith("slurmstepd:") || args.includes(`${this.folder}/`)) {
        if (Number(pid) !== Deno.pid && !/munged|slurmctld/.test(args)) tryKill(Number(pid));
      }
    }
    await this.ask("scontrol", "update", `nodename=${this.#node}`, "state=down", "reason=test");
  }

  /** What one of Slurm's commands prints. */
  async ask(program: string, ...args: string[]): Promise<string> {
    return (await runToEnd(program, args)).stdout.trim();
  }

  /** Waits for something, at most a minute. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < 600; turn++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the cluster did not come to it within a minute");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.ask("scancel", "--user=root");
    for (const daemon of [this.#slurmd!, ...this.#daemons]) {
      daemon.kill();
      await daemon.status;
    }
    Deno.env.delete("SLURM_CONF");
    await Deno.remove(this.folder, { recursive: true });
  }
}

function tryKill(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

/**
 * What the process in which Yosys runs is asked, and what it answers.
 *
 * @module
 */

/** One Yosys run. */
export interface YosysRequest {
  script: string;
  files: Record<string, string>;
  /** Names of files to send back. */
  outputs: string[];
  /** Bytes of log to keep. */
  logBytes: number;
}

/** Its result; `failure` is set when Yosys did not end by itself (no memory). */
export interface YosysAnswer {
  code: number;
  log: string;
  files: Record<string, string>;
  failure?: string;
}

/**
 * Processes that this project starts. Each leads a group of its own, is ended with all it started, keeps to
 * limits, and does not outlive us, however we end. Several of them take turns at a file under its lock.
 *
 * @module
 */
export { Child, type ChildEnd, type ChildOptions, startChild } from "./child.ts";
export { withFileLock } from "./file_lock.ts";
export { LineReader } from "./line_reader.ts";
export { withinOwnTime } from "./own_time.ts";
export { packageFolders } from "./package_folders.ts";
export { type LimitedResult, type Limits, runLimited } from "./run_limited.ts";
export { type Ended, runToEnd } from "./run_to_end.ts";
export { LATE, within } from "./within.ts";

/**
 * What an earlier run says about the next one.
 *
 * @module
 */
import { readText } from "offprint/files.ts";
import type { Report } from "../report.ts";

/**
 * What each notebook of an earlier run took, in seconds by id; empty where no report stands.
 *
 * @param file The `report.json` of that run.
 */
export async function earlierSeconds(file: string): Promise<Map<string, number>> {
  try {
    const { papers } = JSON.parse(await readText(file)) as Report;
    return new Map(papers.map(({ id, seconds }) => [id, Number(seconds)]));
  } catch {
    return new Map(); // no more than the order of the next run hangs on it
  }
}

/**
 * Waiting for something, but not for ever.
 *
 * @module
 */

/** What {@linkcode within} gives when the time is over. */
export const LATE: unique symbol = Symbol("late");

/** The promise's value, or {@linkcode LATE} after `ms`. Leaves no timer behind. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | typeof LATE> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), LATE);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

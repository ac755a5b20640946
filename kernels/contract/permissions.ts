/**
 * What this process may do, found out without asking the user.
 *
 * @module
 */

/** An environment variable, undefined where it is not set, empty, or may not be read. */
export function variable(name: string): string | undefined {
  return granted({ name: "env", variable: name }) ? Deno.env.get(name) || undefined : undefined;
}

/** Whether a permission is there without asking the user. */
export function granted(descriptor: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

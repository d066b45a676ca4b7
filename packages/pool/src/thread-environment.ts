/**
 * The environment variables of pool threads: those of the process, without Node's compile cache where it is fatal.
 *
 * On Node.js 24 a worker thread that ends with the compile cache on collects what is left of the addon's handles when the
 * addon's own state is gone already, and the addon aborts the process (`environment != nullptr`). With the cache on 2 of 5
 * test files died of it; with it off in the threads, none of the whole suite's. It was not seen on Node.js 26.
 */
export function threadEnvironment(
  nodeVersion: string = process.versions.node,
): Record<string, string | undefined> {
  if (!nodeVersion.startsWith('24.')) return process.env;
  return { ...process.env, NODE_COMPILE_CACHE: undefined, NODE_DISABLE_COMPILE_CACHE: '1' };
}

/** URL of the module of host functions that the tests run in pool threads. */
export const workerFunctions: URL = new URL('./worker-functions.fixture.ts', import.meta.url);

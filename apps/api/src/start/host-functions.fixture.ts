import { defineHostFunctions, requestId, tenantName } from '../host/index.ts';

/** Whoever holds it lets the callers of `hold` go. */
export const gate: PromiseWithResolvers<string> = Promise.withResolvers<string>();

/** What guests of the test service can call, in this process and, as the same module, in a pool thread. */
const functions = defineHostFunctions({
  whoami: {
    handler: ({ jobId }) => ({ request: requestId.get(), tenant: tenantName.get(), jobId }),
  },
  tell: { handler: ({ secret }) => secret('TEST_TOKEN') },
  fail: {
    handler: ({ secret }) => {
      throw new Error(`refused: ${secret('TEST_TOKEN')}`);
    },
  },
  hold: { handler: () => gate.promise },
  square: { input: [{ type: 'integer' }], handler: (_call, n: number) => n * n },
});

export const { whoami, tell, fail, square, hold } = functions;

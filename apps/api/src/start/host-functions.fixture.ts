import { defineHostFunctions, requestId, tenantName } from '../host/index.ts';

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
  square: { input: [{ type: 'integer' }], handler: (_call, n: number) => n * n },
});

export const { whoami, tell, fail, square } = functions;

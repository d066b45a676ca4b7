import { appendFileSync } from 'node:fs';
import { defineHostFunctions, requestId, tenantName } from '@waybill/api/host';

/** What a host function under the load knows of its caller: the label that the guest passes, and what the host knows by itself. */
export type Mark = readonly [label: string, request: string, tenant: string, attempt: string];

/** The host function of one side: it tells the guest in which context it is called, and notes it in a file. */
export function markAs(name: string): ReturnType<typeof defineHostFunctions> {
  return defineHostFunctions({
    [name]: {
      handler: ({ jobId }, label: string) => {
        const request = requestId.get() ?? '';
        const tenant = tenantName.get() ?? '';
        const mark: Mark = [label, request, tenant, jobId];
        const file = process.env['WAYBILL_TEST_MARKS'];
        // One short write to a file that is open for appending: whole, or not there.
        if (file) appendFileSync(file, `${JSON.stringify(mark)}\n`);
        return [request, tenant];
      },
    },
  });
}

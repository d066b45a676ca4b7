import { defineHostFunctions, tenantName } from '@waybill/api/host';

/** A host function that is held at a server, which counts who is there at once. */
// oxlint-disable-next-line import/no-default-export -- it is what a module of host functions offers
export default defineHostFunctions({
  'proof.hold': {
    handler: async () => {
      const answer = await fetch(`${process.env['WAYBILL_TEST_COUNTER']}/${tenantName.get()}`);
      return answer.text();
    },
  },
});

import { ContextVariable } from '@waybill/context';

/** The worker's side of a variable whose two sides do not fit together. */
export const order: ContextVariable<string> = new ContextVariable<string>({
  name: 'order.mismatched',
  carry: {
    to: ['worker'],
    codec: {
      encode: (value) => value,
      decode: (json) => {
        throw new TypeError(`cannot decode ${JSON.stringify(json)}`);
      },
    },
  },
});

/** A module of host functions offers at least one. */
export const orderOf = (): string | undefined => order.get();

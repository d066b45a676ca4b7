import { ContextVariable } from '@waybill/context';

const carry = { to: ['worker'] } as const;

/** Number of the job, as its host functions have to see it. */
export const jobNumber: ContextVariable<number> = new ContextVariable({
  name: 'bench.job-number',
  carry,
});

/** Variables to carry, as many as are ever measured. */
export const carried: readonly ContextVariable<string>[] = Array.from(
  { length: 20 },
  (_, index) => new ContextVariable<string>({ name: `bench.carried.${index}`, carry }),
);

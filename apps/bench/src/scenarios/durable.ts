import type { Scenario } from '../scenario.ts';

/** Loaded where it runs: the queue and its database would make every other scenario start a quarter of a second later. */
const loaded = (): Promise<typeof import('../durable/on-databases.ts')> =>
  import('../durable/on-databases.ts');

/** Durable jobs on the database that runs inside the process, against pg-boss alone on the same. */
export const durable: Scenario = {
  name: 'durable',
  asks: 'What do durable jobs cost over pg-boss alone, which keeps no result, context or history?',
  seconds: { full: 42, quick: 7 },
  async run(bench) {
    const { compareOnEmbedded } = await loaded();
    const comparisons = await compareOnEmbedded(bench);
    return { comparisons, findings: [], figures: [], omitted: [] };
  },
};

/** The same on a PostgreSQL of its own. */
export const durablePostgres: Scenario = {
  name: 'durable-postgres',
  asks: 'What do durable jobs cost over pg-boss alone where both have a PostgreSQL?',
  seconds: { full: 36, quick: 4 },
  isExtra: true,
  async run(bench) {
    const { compareOnPostgres } = await loaded();
    const comparisons = await compareOnPostgres(bench);
    return { comparisons, findings: [], figures: [], omitted: [] };
  },
};

import { openPostgres } from '../database/open-postgres.ts';
import { makeOffice } from '../queue-office.fixture.ts';
import { execute } from './executor.fixture.ts';

// An executor in a process of its own: it says which job it has begun, and never ends one.
const [url = '', name = ''] = process.argv.slice(2);
const office = await makeOffice({ database: await openPostgres({ url }), url });
await execute(
  office,
  (attempt) => {
    process.stdout.write(`${attempt.jobId}\n`);
    return new Promise(() => {});
  },
  { name },
);

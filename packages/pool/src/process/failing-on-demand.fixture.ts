// A module of host functions whose database is away while the test says so.
if (process.env['WAYBILL_TEST_DATABASE'] === 'away') throw new Error('the database is away');

/** Something to offer. */
export function query(): string {
  return 'a row';
}

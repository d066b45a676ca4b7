// Making an embedded database takes seconds; the one that is copied here is made once a machine, by its own package.
export {
  openTestEmbedded,
  testFolder,
} from '../../../../packages/queue/src/database/database.fixture.ts';

import type { Page } from '../../durable/index.ts';
import { type JsonSchema, listSchema, objectSchema, schemaRef, textSchema } from './json-schema.ts';

/** How many items a page has at most. */
export const maxPageItems = 200;

/** What leads to the next page. */
export const cursorSchema: JsonSchema = textSchema(512, { description: 'Where the page begins' });

/** Makes the schema of a page of named items; it is called after them. */
function pageSchema(name: string): JsonSchema {
  return objectSchema<Page<unknown>>(
    {
      items: listSchema(schemaRef(name), maxPageItems),
      next: { ...cursorSchema, description: 'The cursor of the next page; absent on the last' },
    },
    ['items'],
    { $id: `${name}Page` },
  );
}

/** The schemas of lists; each has a name. */
export const pageSchemas: readonly JsonSchema[] = [
  'JobSummary',
  'FunctionSummary',
  'ScheduleSummary',
  'Key',
].map(pageSchema);

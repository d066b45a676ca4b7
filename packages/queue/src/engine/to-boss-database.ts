import type { Db } from 'pg-boss';
import type { Queryable } from '../database/database.ts';

/** Gives a database, or a transaction of it, as pg-boss wants it. */
export function toBossDatabase(queryable: Queryable): Db {
  return {
    async executeSql(text, values) {
      // Its own set-up is several statements in one text, and never has values.
      const isScript = values === undefined || values.length === 0;
      const rows = isScript ? await queryable.script(text) : await queryable.query(text, values);
      return { rows: [...rows] };
    },
  };
}

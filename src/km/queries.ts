import type { Statement } from 'better-sqlite3';
import type { Sqlite, SqlValue } from './sqlite.ts';

/** SQL by its text; each text is prepared once per connection. The caller names the shape of a row. */
export type Queries = {
  get<Row>(sql: string, ...values: readonly SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...values: readonly SqlValue[]): readonly Row[];
  run(sql: string, ...values: readonly SqlValue[]): { readonly changes: number; readonly id: number };
};

export function makeQueries(sqlite: Sqlite): Queries {
  const statements = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = sqlite.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    get: <Row>(sql: string, ...values: readonly SqlValue[]) => prepared(sql).get(...values) as Row | undefined,
    all: <Row>(sql: string, ...values: readonly SqlValue[]) => prepared(sql).all(...values) as Row[],
    run(sql, ...values) {
      const { changes, lastInsertRowid } = prepared(sql).run(...values);
      return { changes, id: Number(lastInsertRowid) };
    },
  };
}

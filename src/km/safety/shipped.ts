import { ok, type Result } from '../../core/failure.ts';
import { openDatabase } from '../database.ts';
import type { Sqlite } from '../sqlite.ts';

type SchemaObject = { readonly type: string; readonly name: string; readonly sql: string };

/** What a database of this version is made of, by name. */
export type Shipped = ReadonlyMap<string, SchemaObject>;

/** Tables, indexes and triggers as they are declared; the tables behind a full-text index come with it. */
const objectsOf = (sqlite: Sqlite): readonly SchemaObject[] =>
  sqlite
    .prepare<[], SchemaObject>(
      `SELECT s.type, s.name, s.sql FROM sqlite_schema s WHERE s.sql IS NOT NULL AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       AND s.name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY s.name`,
    )
    .all();

/** Read from a new database made by the shipped migrations. */
export function shippedSchema(migrations: string): Result<Shipped> {
  const made = openDatabase(':memory:', { migrations });
  if (!made.ok) return made;
  const { sqlite } = made.value;
  try {
    return ok(new Map(objectsOf(sqlite).map(object => [object.name, object])));
  } finally {
    sqlite.close();
  }
}

/** Indexes that other parts make when they are needed: a table of words for each project. */
const MADE_LATER = /^memory_(?:fts|trigram)_\d+$/;

/** How the database's tables, indexes and triggers differ from the shipped ones, in sentences. */
export function schemaFlaws(sqlite: Sqlite, shipped: Shipped): readonly string[] {
  const here = new Map(objectsOf(sqlite).map(object => [object.name, object]));
  const missing = [...shipped.values()].flatMap(({ type, name, sql }) => {
    const found = here.get(name);
    if (found === undefined) return [`The ${type} ${name} is missing.`];
    return found.sql === sql ? [] : [`The ${type} ${name} is not the one that llmclis made.`];
  });
  const foreign = [...here.values()].filter(({ name }) => !shipped.has(name) && !MADE_LATER.test(name));
  return [...missing, ...foreign.map(({ type, name }) => `The ${type} ${name} is none of llmclis.`)];
}

import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

export const memories = sqliteTable(
  'memories',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    project_id: integer().notNull(),
    task_id: integer(),
    task_key: text(),
    type: text().notNull(),
    agent: text().notNull(),
    text: text().notNull(),
    text_sha256: text().notNull(),
    /** Where it came from: `run:ID`, `person`. */
    source: text().notNull(),
    created_at: text().notNull(),
  },
  t => [index('memories_scope').on(t.project_id, t.type), uniqueIndex('memories_hash').on(t.project_id, t.text_sha256)],
);

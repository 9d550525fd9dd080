import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projects } from '../schema.ts';

/** What a person has allowed to cross a border: a host to reach, a folder to read, a secret to hand out. Taken back by `revoked_at`. */
export const grants = sqliteTable(
  'grants',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    project_id: integer()
      .notNull()
      .references(() => projects.id),
    kind: text({ enum: ['network', 'path', 'secret'] }).notNull(),
    /** `registry.npmjs.org`, `*.example.com`, an absolute path, or the name of an environment variable. */
    what: text().notNull(),
    granted_at: text().notNull(),
    granted_by: text().notNull(),
    revoked_at: text(),
  },
  t => [index('grants_project').on(t.project_id, t.kind)],
);

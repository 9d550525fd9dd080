import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    project_id: integer().notNull(),
    status: text({ enum: ['running', 'finished'] }).notNull(),
    /** Process that works on it, and the time of its last sign of life. */
    pid: integer(),
    heartbeat_at: text(),
    started_at: text().notNull(),
    finished_at: text(),
    /** Options it was started with. */
    options: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  t => [index('runs_project').on(t.project_id, t.status)],
);

/** Append-only: triggers refuse UPDATE and DELETE. */
export const runEvents = sqliteTable(
  'run_events',
  {
    run_id: text()
      .notNull()
      .references(() => runs.id),
    seq: integer().notNull(),
    type: text().notNull(),
    at: text().notNull(),
    data: text({ mode: 'json' }).$type<Record<string, unknown>>().notNull(),
  },
  t => [primaryKey({ columns: [t.run_id, t.seq] })],
);

/** Anyone may ask; the run's own process answers between effects. */
export const runRequests = sqliteTable(
  'run_requests',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    run_id: text().notNull(),
    kind: text({
      enum: ['stop', 'pause', 'resume', 'skip', 'escalate', 'message', 'answer', 'accept', 'reject'],
    }).notNull(),
    payload: text().notNull().default(''),
    created_at: text().notNull(),
    handled_at: text(),
  },
  t => [index('run_requests_open').on(t.run_id, t.handled_at)],
);

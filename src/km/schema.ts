import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { BLOCK_REASONS, type ChecklistItem, PROOFS, QUEUES, ROLES, TASK_STATUSES } from '../core/task.ts';

const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();

export const projects = sqliteTable('projects', {
  id: integer().primaryKey({ autoIncrement: true }),
  name: text().notNull(),
  /** Real absolute path of the folder. */
  root: text().notNull().unique(),
  archived: integer({ mode: 'boolean' }).notNull().default(false),
  created_at: text().notNull(),
  updated_at: text().notNull(),
  /** Number of the history row of its last claim: the project served longest ago comes first. */
  served: integer().notNull().default(0),
  /** `size:mtime_ms` of `llmclis.yaml` at the last sync: unchanged means that the list of plan files still holds. */
  settings_seen: text(),
});

export const tasks = sqliteTable(
  'tasks',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    project_id: integer()
      .notNull()
      .references(() => projects.id),
    key: text().notNull(),
    kind: text({ enum: ['stage', 'task'] })
      .notNull()
      .default('task'),
    title: text().notNull(),
    status: text({ enum: TASK_STATUSES }).notNull().default('pending'),
    reason: text({ enum: BLOCK_REASONS }),
    reason_detail: text(),
    priority: integer().notNull().default(2),
    role: text({ enum: ROLES }),
    parent_id: integer().references((): AnySQLiteColumn => tasks.id),
    /** Place in the plan; tasks added elsewhere come after all those that are there. */
    plan_order: integer().notNull(),
    description: text().notNull().default(''),
    tags: json<string[]>('tags').notNull().default([]),
    checks: json<string[]>('checks').notNull().default([]),
    protect: json<string[]>('protect').notNull().default([]),
    allow: json<string[]>('allow').notNull().default([]),
    private: integer({ mode: 'boolean' }).notNull().default(false),
    acceptance: text().notNull().default(''),
    checklist: json<ChecklistItem[]>('checklist').notNull().default([]),
    links: json<string[]>('links').notNull().default([]),
    complexity: integer(),
    queue: text({ enum: QUEUES }).notNull().default('standard'),
    assignee: text(),
    due: text(),
    proof: text({ enum: PROOFS }),
    branch: text(),
    commit_id: text(),
    /** File of the plan it stands in, relative to the root; null when it is in no file. */
    plan_file: text(),
    /** It was in the plan file and is there no more. */
    vanished: integer({ mode: 'boolean' }).notNull().default(false),
    /** Open tasks it depends on; kept by triggers. */
    open_blockers: integer().notNull().default(0),
    /** Children that are neither done nor cancelled; kept by triggers. */
    open_children: integer().notNull().default(0),
    /** Children that are done; kept by triggers. */
    done_children: integer().notNull().default(0),
    /** The lease: who works on it, until when. Null when nobody holds it. */
    claim_token: text(),
    claim_holder: text(),
    claim_expires_at: text(),
    /** Attempts with an id up to this one belong to an earlier life of the task (before it was reopened or answered). */
    attempts_from: integer().notNull().default(0),
    created_at: text().notNull(),
    created_by: text().notNull(),
    started_at: text(),
    finished_at: text(),
    updated_at: text().notNull(),
    last_agent: text(),
  },
  t => [
    uniqueIndex('tasks_key').on(t.project_id, t.key),
    index('tasks_ready')
      .on(t.project_id, t.priority, t.plan_order, t.id)
      .where(sql`status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0`),
    index('tasks_ready_anywhere')
      .on(t.priority, t.plan_order, t.id)
      .where(sql`status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0`),
    index('tasks_ready_queue')
      .on(t.project_id, t.queue, t.priority, t.plan_order, t.id)
      .where(
        sql`status = 'pending' AND open_blockers = 0 AND open_children = 0 AND kind = 'task' AND vanished = 0 AND queue <> 'standard'`,
      ),
    index('tasks_status').on(t.project_id, t.status),
    index('tasks_leases').on(t.claim_expires_at).where(sql`claim_token IS NOT NULL`),
    index('tasks_parent').on(t.parent_id),
    index('tasks_order').on(t.project_id, t.plan_order, t.id),
  ],
);

/** `task_id` waits for `blocker_id`. */
export const taskDeps = sqliteTable(
  'task_deps',
  {
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    blocker_id: integer()
      .notNull()
      .references(() => tasks.id),
  },
  t => [primaryKey({ columns: [t.task_id, t.blocker_id] }), index('task_deps_reverse').on(t.blocker_id)],
);

/** What else ties tasks together: nothing waits because of it. */
export const taskRelations = sqliteTable(
  'task_relations',
  {
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    other_id: integer()
      .notNull()
      .references(() => tasks.id),
    kind: text({ enum: ['related', 'discovered-from'] }).notNull(),
  },
  t => [
    primaryKey({ columns: [t.task_id, t.kind, t.other_id] }),
    index('task_relations_reverse').on(t.other_id, t.kind),
  ],
);

/** Where an imported task came from, and what its source said then: the base when the same source is imported again. */
export const taskImports = sqliteTable(
  'task_imports',
  {
    project_id: integer()
      .notNull()
      .references(() => projects.id),
    /** The file or folder: relative to the project's root inside it, else absolute; with the dialect's name. */
    source: text().notNull(),
    /** The task's id there, or one made from its place. */
    external_id: text().notNull(),
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    said: json<Record<string, unknown>>('said').notNull(),
  },
  t => [primaryKey({ columns: [t.project_id, t.source, t.external_id] }), index('task_imports_task').on(t.task_id)],
);

export const taskNotes = sqliteTable(
  'task_notes',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    at: text().notNull(),
    agent: text().notNull(),
    text: text().notNull(),
  },
  t => [index('task_notes_task').on(t.task_id)],
);

/** Append-only: triggers refuse UPDATE and DELETE. */
export const taskHistory = sqliteTable(
  'task_history',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    at: text().notNull(),
    agent: text().notNull(),
    /** `created`, `status`, `edited`, `note`, `depends`, `relates`, `claimed`, `released`, `undone`. */
    kind: text().notNull(),
    data: json<Record<string, unknown>>('data').notNull(),
    /** Id of the first row that the same transaction wrote: what was changed together is undone together. */
    change: integer(),
  },
  t => [index('task_history_task').on(t.task_id)],
);

/** One row per turn on a task. */
export const attempts = sqliteTable(
  'attempts',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    task_id: integer()
      .notNull()
      .references(() => tasks.id),
    run_id: text().notNull(),
    role: text({ enum: ROLES }).notNull(),
    model: text().notNull(),
    location: text({ enum: ['local', 'cloud'] }).notNull(),
    outcome: text().notNull(),
    evidence: text().notNull(),
    tokens_in: integer().notNull(),
    tokens_out: integer().notNull(),
    usd: real().notNull(),
    at: text().notNull(),
  },
  t => [index('attempts_task').on(t.task_id)],
);

/** The text of each plan file at the last sync: the base of the three-way merge. */
export const planFiles = sqliteTable(
  'plan_files',
  {
    project_id: integer()
      .notNull()
      .references(() => projects.id),
    /** Relative to the project's root. */
    path: text().notNull(),
    synced_text: text().notNull(),
    synced_at: text().notNull(),
    /** Size in bytes and modification time in milliseconds of the file at the last sync: unchanged means nothing to read. */
    size: integer().notNull(),
    mtime_ms: real().notNull(),
    /** Which reading of the format `synced_text` was taken with. */
    reader: integer().notNull().default(1),
  },
  t => [primaryKey({ columns: [t.project_id, t.path] })],
);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerTask } from '../../src/app/people.ts';
import type { App } from '../../src/app.ts';
import { parseCheck } from '../../src/checks/checks.ts';
import type { Command } from '../../src/cli/command.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { FAILURES, ok, type Result } from '../../src/core/failure.ts';
import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';
import { testShell } from './shell.ts';

export const must = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
};

const START = Date.UTC(2026, 10, 21, 9, 0, 0);
const IN_STEP = { changed_files: [], to_database: 0, to_file: 0, conflicts: [] };

/** A project whose commands cross no border, and nobody asks. */
export const noBorders = {
  permissions: async () => ok({ grants: [], own: [], proposed: [], asking: [] }),
  decidePermissions: async () => ok([]),
} satisfies Partial<App>;

/** A real knowledge manager on a file of its own with one project, plans that only say they were asked, and a clock that stands. */
export function testApp() {
  const folder = mkdtempSync(join(tmpdir(), 'llmclis-cli-'));
  const database = must(
    openDatabase(join(folder, 'llmclis.db'), { migrations: join(import.meta.dirname, '../../drizzle') }),
  );
  let time = START;
  const clock = { now: () => new Date(time), random: () => 0.5, sleep: async () => {} };
  const km = createKm(database, clock);
  const project = must(km.addProject({ name: 'textkit', root: folder }));
  const asked: string[] = [];
  const app = {
    cwd: folder,
    home: folder,
    km: () => ok(km),
    project: (id?: number) => km.project(id ?? project.id),
    // The plans of this app always have to be asked first, so one look-up is never enough.
    hotNext: () => ok(null),
    readCheck: async text => {
      const read = parseCheck(text);
      return read.ok ? ok(undefined) : read;
    },
    // No run ever worked here.
    taskEvidence: () => null,
    ...noBorders,
    // Nothing waits to be followed.
    tendMemory: async () => ok({ done: 0, waiting: 0, troubles: [] }),
    answerTask: async (to, key, text) => answerTask(km, to, key, text),
    pullPlans: async () => {
      asked.push('pull');
      return ok(IN_STEP);
    },
    syncPlans: async (_project, agent) => {
      asked.push(`sync by ${agent}`);
      return ok(IN_STEP);
    },
  } satisfies Partial<App>;
  return {
    app,
    km,
    project,
    folder,
    asked,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    close: () => {
      database.sqlite.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Typed = { readonly exit: number; readonly out: string; readonly err: string };

/** Runs one command as it would be typed, on any app that has what it needs. */
export async function type<Need>(
  command: Command<Need>,
  app: Need,
  words: readonly string[],
  options: { readonly stdin?: string } = {},
): Promise<Typed> {
  const test = testShell({ json: words.includes('--json'), ...options });
  const ready = command.prepare(words);
  const ended = ready.ok ? await ready.value(app, test.shell) : ready;
  if (!ended.ok) test.shell.out.error(ended.error);
  return { exit: ended.ok ? ended.value : FAILURES[ended.error.code].exit, out: test.stdout(), err: test.stderr() };
}

/** The same with `--json`, read. */
export async function typeJson<Need>(
  command: Command<Need>,
  app: Need,
  words: readonly string[],
): Promise<{ exit: number; json: unknown }> {
  const { exit, out } = await type(command, app, [...words, '--json']);
  return { exit, json: JSON.parse(out) };
}

const SUMMARY = {
  because: 'nothing is ready',
  exit: 3,
  steps: 3,
  tasks: { done: 1, blocked: 1, cancelled: 0, left: 0 },
  refused: 0,
  refused_by: { checks_failed: 0, empty_diff: 0, protected_changed: 0, already_passing: 0, stale: 0 },
  escalations: 0,
  calls: { local: 2, cloud: 0 },
  tokens: { in: 1000, out: 50 },
  usd: 0,
  usd_all_cloud: 0.01,
  estimate: true,
} as const;

/** A short run as a journal holds it: one task done, and the end. */
export function shortRun(summary: Partial<typeof SUMMARY> = {}): readonly RunEvent[] {
  const place = (seq: number) => ({ at: '2026-11-21T09:00:00Z', run_id: 'r1', seq });
  return [
    {
      type: 'run.started',
      project_id: 1,
      project: 'textkit',
      mode: 'local-first',
      merge: 'branch',
      max_steps: 20,
      budget_usd: null,
      sandbox: 'none',
      target: 'llmclis/run-r1',
      scripted: true,
      tasks_total: 2,
      ...place(1),
    },
    { type: 'escalated', task: 'T1', from: 'small', to: 'big', because: 'its checks failed twice', ...place(2) },
    {
      type: 'task.done',
      task: 'T1',
      title: 'Slugs',
      commit: 'abcdef0123',
      proof: 'red-green',
      tries: 2,
      usd: 0,
      usd_all_cloud: 0.01,
      ...place(3),
    },
    { type: 'run.finished', ...SUMMARY, ...summary, next: 'git merge llmclis/run-r1', ...place(4) },
  ];
}

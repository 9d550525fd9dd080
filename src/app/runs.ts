import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../core/event.ts';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import { createJournal, type Journal } from '../orchestrator/journal.ts';
import type { AppCore } from './core.ts';
import type { RunInfo } from './types.ts';

export function journalOf(core: AppCore): Result<Journal> {
  const database = core.database();
  return database.ok ? ok(createJournal(database.value.sqlite, core.clock, isAlive)) : database;
}

/** Is there a process with this id? One that belongs to another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (problem) {
    return problem instanceof Error && 'code' in problem && problem.code === 'EPERM';
  }
}

export function listRuns(core: AppCore, project: Project): Result<readonly RunInfo[]> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  const rows = journal.value.runs(project.id);
  return ok(
    rows.map(row => {
      const last = row.status === 'finished' ? journal.value.events(row.id).at(-1) : undefined;
      const { id, project_id, started_at, finished_at } = row;
      const status =
        row.status === 'finished' ? 'finished' : row.pid !== null && isAlive(row.pid) ? 'running' : 'stopped';
      return { id, project_id, started_at, finished_at, status, summary: last?.type === 'run.finished' ? last : null };
    }),
  );
}

export function runEvents(core: AppCore, runId: string, afterSeq: number): Result<readonly RunEvent[]> {
  const journal = journalOf(core);
  return journal.ok ? ok(journal.value.events(runId, afterSeq)) : journal;
}

export function requestRun(
  core: AppCore,
  runId: string,
  kind: 'stop' | 'pause' | 'resume',
  payload: string,
): Result<void> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  journal.value.request(runId, kind, payload);
  return ok(undefined);
}

/** Milliseconds to wait for the new process to write its first event. */
const START_MS = 20_000;

/** Starts `orchestrate` as a process of its own, with its output in `runs/`; resolves when its run is in the journal. */
export async function startRun(core: AppCore, project: Project): Promise<Result<{ readonly run_id: string }>> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  const before = new Set(
    journal.value
      .runs(project.id)
      .filter(({ status }) => status === 'finished')
      .map(({ id }) => id),
  );
  const folder = join(core.home, 'runs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `orchestrate-${project.id}.log`);
  const log = openSync(file, 'a');
  const argv = [join(core.shipped, 'bin', 'llmclis.cjs'), 'orchestrate', '--project_id', String(project.id), '--json'];
  const child = spawn(process.execPath, argv, {
    cwd: project.root,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...core.env },
  });
  let ended = false;
  child.on('exit', () => {
    ended = true;
  });
  child.unref();
  for (let waited = 0; waited < START_MS; waited += 100) {
    const run = journal.value.runs(project.id).find(({ id, pid }) => !before.has(id) && pid === child.pid);
    if (run !== undefined) return ok({ run_id: run.id });
    if (ended) break;
    await core.clock.sleep(100);
  }
  return fail(
    'run.busy',
    `The run did not start; what it said is in ${file}.`,
    'Run it here to see why: llmclis orchestrate',
  );
}

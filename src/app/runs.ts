import type { RunEvent } from '../core/event.ts';
import type { TaskEvidence } from '../core/evidence.ts';
import { ok, type Result } from '../core/failure.ts';
import type { Task } from '../core/task.ts';
import type { Project } from '../km/km.ts';
import { createJournal, type Journal } from '../orchestrator/journal.ts';
import { evidenceOf } from '../orchestrator/task-report.ts';
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
      const last = row.status === 'finished' ? journal.value.lastOf(row.id) : null;
      const lead = journal.value.begunOf(row.id)?.lead ?? null;
      const { id, project_id, started_at, finished_at } = row;
      const status =
        row.status === 'finished' ? 'finished' : row.pid !== null && isAlive(row.pid) ? 'running' : 'stopped';
      return {
        id,
        project_id,
        started_at,
        finished_at,
        status,
        lead,
        summary: last?.type === 'run.finished' ? last : null,
      };
    }),
  );
}

export function runEvents(core: AppCore, runId: string, afterSeq: number): Result<readonly RunEvent[]> {
  const journal = journalOf(core);
  return journal.ok ? ok(journal.value.events(runId, afterSeq)) : journal;
}

/** The report of the last run that worked the task; null when none did, or the database cannot be read. */
export function taskEvidence(core: AppCore, task: Task): TaskEvidence | null {
  const database = core.database();
  return database.ok ? evidenceOf(database.value.sqlite, task) : null;
}

export function requestRun(
  core: AppCore,
  runId: string,
  kind: 'stop' | 'pause' | 'resume',
  payload: string,
): Result<void> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  return journal.value.request(runId, kind, payload);
}

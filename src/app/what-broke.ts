import { fail, type Result } from '../core/failure.ts';
import { sqliteCode } from '../km/sqlite.ts';
import { DatabaseGone, RunTakenOver } from '../orchestrator/journal.ts';

const AGAIN = 'then start the same command again: it goes on where it stopped.';

/** What to do about a journal that cannot be written, by the beginning of SQLite's code. */
const HINTS: readonly (readonly [code: string, hint: string])[] = [
  ['SQLITE_FULL', `Free some space, ${AGAIN}`],
  ['SQLITE_READONLY', `Make LLMCLIS_HOME and its files writable, ${AGAIN}`],
  ['SQLITE_IOERR', `Check the disk and its space, ${AGAIN}`],
  ['SQLITE_CORRUPT', 'See what it is: llmclis km doctor. Put a backup back: llmclis restore FILE'],
  ['SQLITE_NOTADB', 'See what it is: llmclis km doctor. Put a backup back: llmclis restore FILE'],
];

/** What the system says about a disk that takes nothing more. */
const DISK = ['ENOSPC', 'EDQUOT', 'EROFS'] as const;

/** The failure behind what ended a run that could not go on; a bug is thrown. */
export function whatBroke(problem: unknown, runId: string, rescue: () => string): Result<never> {
  const code = sqliteCode(problem);
  if (code !== null) {
    const known = HINTS.find(([begin]) => code.startsWith(begin));
    const hint = known?.[1] ?? `Close what holds the database (another program, a backup), ${AGAIN}`;
    return fail('database.unusable', `The journal cannot be written (${code}), so the run stopped.`, hint);
  }
  const disk = problem instanceof Error && 'code' in problem ? DISK.find(name => name === problem.code) : undefined;
  if (disk !== undefined)
    return fail(
      'git.failed',
      `The disk is full or cannot be written (${disk}), so the run stopped. Nothing that was done is lost.`,
      `Free some space, ${AGAIN}`,
    );
  if (problem instanceof DatabaseGone) {
    const copy = rescue();
    return fail(
      'database.unusable',
      `${problem.message} The run stopped at once; all that it had written is in ${copy}.`,
      `Put it back: llmclis restore ${copy}`,
    );
  }
  // This process was asleep (a closed lid, SIGSTOP) for so long that another one went on with its run.
  if (!(problem instanceof RunTakenOver)) throw problem;
  return fail('run.busy', problem.message, `See how it goes on: llmclis runs watch ${runId}`, { run_id: runId });
}

import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import type { AppCore } from './core.ts';
import { journalOf } from './runs.ts';

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

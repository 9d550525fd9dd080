import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, FAILURES, type Failure, type FailureCode, fail, ok, type Result } from '../core/failure.ts';
import type { Project } from '../km/km.ts';
import type { AppCore } from './core.ts';
import { journalOf } from './runs.ts';

/** Milliseconds to wait for the new process to write its first event; servers are asked whether they are up before that. */
const START_MS = 60_000;
const LOOK_MS = 100;

/**
 * Starts `orchestrate` as a process of its own, with its output in `runs/`; resolves when its run is in the journal. Errors: the
 * new process's own when it ended before that; `run.busy` when it is still silent after START_MS.
 */
export async function startRun(core: AppCore, project: Project): Promise<Result<{ readonly run_id: string }>> {
  const journal = journalOf(core);
  if (!journal.ok) return journal;
  const runs = journal.value.runs(project.id);
  const before = new Set(runs.filter(({ status }) => status === 'finished').map(({ id }) => id));
  const folder = join(core.home, 'runs');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `orchestrate-${project.id}.log`);
  const child = startProcess(core, project, openSync(file, before.size === runs.length ? 'w' : 'a'));
  for (let waited = 0; waited < START_MS; waited += LOOK_MS) {
    const ended = child.ended();
    const run = journal.value.runs(project.id).find(({ id, pid }) => !before.has(id) && pid === child.pid);
    if (run !== undefined && journal.value.events(run.id).length > 0) return ok({ run_id: run.id });
    if (ended) return err(reasonIn(file));
    await core.clock.sleep(LOOK_MS);
  }
  return fail('run.busy', `The run has written nothing for ${START_MS / 1000} s.`, `What it says is in ${file}`);
}

/** The process writes to the open file `log` and outlives this one. */
function startProcess(core: AppCore, project: Project, log: number) {
  const argv = [join(core.shipped, 'bin', 'llmclis.cjs'), 'orchestrate', '--project_id', String(project.id), '--json'];
  const child = spawn(process.execPath, argv, {
    cwd: project.root,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...core.env },
  });
  closeSync(log);
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  child.on('exit', end);
  child.on('error', end);
  child.unref();
  return { pid: child.pid, ended: () => ended };
}

/** The expected failure that the process printed, else its last line. */
function reasonIn(file: string): Failure {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  const said = last === '' ? 'It said nothing.' : `It said: ${last.slice(0, 300)}`;
  return (
    failureOf(last) ?? {
      code: 'run.busy',
      message: `The run did not start. ${said}`,
      hint: 'See why: llmclis orchestrate',
    }
  );
}

function failureOf(line: string): Failure | null {
  const error = fieldOf(parsed(line), 'error');
  const [code, message, hint] = ['code', 'message', 'hint'].map(name => fieldOf(error, name));
  if (typeof message !== 'string' || typeof hint !== 'string' || typeof code !== 'string') return null;
  return { code: isCode(code) ? code : 'run.busy', message, hint };
}

const isCode = (code: string): code is FailureCode => Object.hasOwn(FAILURES, code);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

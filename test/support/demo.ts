import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layOutDemo } from '../../src/app/demo.ts';
import { openApp } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { git, read } from './repository.ts';
import { SHIPPED } from './run.ts';

/** The demo's repository, home and scripted registry in a folder of the test. */
export function layOut(folder: string) {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  mkdirSync(folder, { recursive: true });
  const place = layOutDemo(join(SHIPPED, 'demo'), { folder, temp: folder, cwd: folder, env });
  if (!place.ok) throw new Error(place.error.message);
  return place.value;
}

/** The same without the project's `verify` beside each task's own check and without mutants: half the time, for tests that run it often. */
export function layOutQuick(folder: string) {
  const place = layOut(folder);
  writeFileSync(join(place.repository, 'llmclis.yaml'), 'merge: auto\nmutants: 0\n');
  return place;
}

export const appIn = (folder: string, env: Readonly<Record<string, string>> = {}) =>
  openApp({
    env: { ...process.env, LLMCLIS_HOME: join(folder, 'home'), ...env },
    cwd: join(folder, 'textkit'),
    version: '0.0.0',
    shipped: SHIPPED,
  });

/** Runs the demo in a folder to its end. */
export async function runDemo(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly RunEvent[]> {
  const app = appIn(folder, env);
  const events: RunEvent[] = [];
  try {
    const report = await app.demo({ folder }, event => void events.push(event), new AbortController().signal);
    if (!report.ok) throw new Error(`${report.error.message} ${report.error.hint}`);
    return events;
  } finally {
    app.close();
  }
}

const withoutChance = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d(T[\d:.]+Z)?/g, 'DATE')
    .replace(/commit [0-9a-f]{7,40}/g, 'commit ID')
    .replace(/(run=|Run:\*\* )\w+/g, '$1RUN');

const textOf = (folder: string, file: string): string =>
  existsSync(join(folder, file)) ? read(folder, file) : '(not there)';

/** What a finished demo leaves: trees, plan, issues and tasks, without dates and commit ids. */
export function outcomeOf(folder: string) {
  const repository = join(folder, 'textkit');
  const app = appIn(folder);
  const km = app.km();
  if (!km.ok) throw new Error(km.error.message);
  const tasks = km.value
    .listTasks({ project_id: 1, stages: true })
    .tasks.map(({ key, status, reason, proof, tries }) => ({ key, status, reason, proof, tries }));
  const journal = app.runs({ id: 1 } as never);
  const done = journal.ok
    ? journal.value.flatMap(run =>
        (app.runEvents(run.id, 0) as { value: readonly RunEvent[] }).value.filter(({ type }) => type === 'task.done'),
      )
    : [];
  app.close();
  return {
    tree: git(repository, 'rev-parse', 'HEAD^{tree}'),
    subjects: git(repository, 'log', '--format=%s'),
    plan: withoutChance(textOf(repository, 'plans.md')),
    issues: withoutChance(textOf(repository, 'issues.md')),
    tasks,
    done: done.map(event => (event.type === 'task.done' ? event.task : '')).sort(),
  };
}

/** Runs the demo until event `seq` and interrupts it there. */
export async function interruptAt(folder: string, seq: number): Promise<void> {
  const app = appIn(folder);
  const controller = new AbortController();
  const onEvent = (event: { readonly seq: number }) => {
    if (event.seq === seq) controller.abort(new Error('Interrupted.'));
  };
  await app.demo({ folder }, onEvent, controller.signal);
  app.close();
}

/** Runs the demo in a child that is killed by SIGKILL right after it journaled event `seq`, or, with `looks`, at a look at the clock. */
export function runAndKill(
  folder: string,
  at: { readonly seq?: number; readonly looks?: number },
): { readonly killed: boolean; readonly lastSeq: number } {
  const script = join(import.meta.dirname, 'demo-child.ts');
  try {
    const output = execFileSync(process.execPath, [script, folder, String(at.seq ?? 0), String(at.looks ?? 0)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { killed: false, lastSeq: Number(output.trim()) };
  } catch (problem) {
    const { signal, stderr } = problem as { signal?: string; stderr?: string };
    if (signal === 'SIGKILL') return { killed: true, lastSeq: at.seq ?? 0 };
    throw new Error(`The child failed: ${stderr}`);
  }
}

export const demoFile = (name: string): string => readFileSync(join(SHIPPED, 'demo', name), 'utf8');

import { resolve } from 'node:path';
import type { App, DemoReport } from '../../app.ts';
import type { RunEvent } from '../../core/event.ts';
import { ok, type Result } from '../../core/failure.ts';
import { defineCommand } from '../command.ts';
import { given } from '../given.ts';
import { createRunPrinter } from '../run-printer.ts';
import type { Shell } from '../shell.ts';
import { sayInterrupted, showEnd } from './orchestrate.ts';

const TITLE = 'llmclis demo: a plan of five tasks becomes proven work';
const NOTE = 'The models are scripted. Everything else is real: git, files, test commands, checks, database, plan.';
/** The demo's plan holds one task that cannot be done: ending with exactly this one blocked is what was asked. */
const EXPECTED = { done: 4, blocked: 1, pending: 0, 'in-progress': 0 };
const ENDED_BLOCKED = 3;
const INTERRUPTED = 130;

/** 0 when the demo told its five stories, the one blocked task among them; else the exit code of its run. */
export function demoExit({ summary, counts }: Pick<DemoReport, 'summary' | 'counts'>): number {
  const asked =
    counts.done === EXPECTED.done &&
    counts.blocked === EXPECTED.blocked &&
    counts.pending === EXPECTED.pending &&
    counts['in-progress'] === EXPECTED['in-progress'];
  return asked && summary.exit === ENDED_BLOCKED ? 0 : summary.exit;
}

/** What to type next, one command on a line: the demo keeps its own home, so that it touches nothing of the person's. */
function whereabouts({ summary, folder, repository, home, command }: DemoReport): string[] {
  if (summary.exit === INTERRUPTED)
    return ['Stopped; nothing is lost. Go on where it stopped:', `  ${command} demo --folder ${folder}`];
  return [
    `Everything is in ${folder}`,
    '',
    'Go there and look:',
    ...(command === 'llmclis' ? [] : [`  alias llmclis='${command}'`]),
    `  export LLMCLIS_HOME=${home}`,
    `  cd ${repository}`,
    '  git log --oneline; cat plans.md issues.md',
    '  llmclis task list; llmclis memory search slug',
    '  llmclis',
    '',
    'Your turn:',
    '  unset LLMCLIS_HOME; cd YOUR-REPOSITORY; llmclis init',
  ];
}

/** The run's own next command is for a real project: here the last lines say where to go first. */
const withoutNext = <E extends RunEvent>(event: E): E =>
  event.type === 'run.finished' ? { ...event, next: '' } : event;

type Listener = (event: RunEvent) => void;

/** Runs the demo while `watch` shows it; every event reaches the watcher, the early ones too. */
async function onScreen(
  app: Pick<App, 'demo'>,
  options: { readonly folder?: string },
  shell: Shell,
): Promise<Result<DemoReport>> {
  const screens = await shell.screens();
  const signal = shell.interrupts();
  const early: RunEvent[] = [];
  const listeners: Listener[] = [];
  const finished = app.demo(
    options,
    event => {
      early.push(event);
      for (const listener of listeners) listener(event);
    },
    signal,
  );
  const subscribe = (listener: Listener): void => {
    const watch: Listener = event => listener(withoutNext(event));
    for (const event of early) watch(event);
    listeners.push(watch);
  };
  await screens.showRun({ title: TITLE, notes: [NOTE], stdout: shell.terminal.stdout, subscribe, finished });
  return finished;
}

async function inLines(
  app: Pick<App, 'demo'>,
  options: { readonly folder?: string },
  shell: Shell,
): Promise<Result<DemoReport>> {
  const { out } = shell;
  const printer = createRunPrinter(out, shell.terminal.columns());
  const signal = shell.interrupts();
  sayInterrupted(signal, 'the last line will say how it goes on.', out);
  out.line(TITLE);
  out.line(NOTE);
  out.line('');
  let finished: Extract<RunEvent, { type: 'run.finished' }> | null = null;
  const report = await app.demo(
    options,
    event => {
      if (event.type === 'run.finished') finished = withoutNext(event);
      printer.event(event);
    },
    signal,
  );
  printer.table();
  if (report.ok) showEnd(finished, out);
  out.line('');
  return report;
}

export const demo = defineCommand({
  name: 'demo',
  summary: 'See it work: a real repository, real checks, scripted models; needs nothing.',
  about:
    'Makes a temporary repository with a failing test suite and a plan of five tasks, and runs orchestrate on it. One of the tasks cannot be done, and ends blocked.',
  args: {},
  flags: {
    folder: {
      type: 'string',
      value: 'F',
      help: 'A new or empty folder to make it in, or one with a demo that goes on; default: a temporary one.',
    },
  },
  examples: [
    { command: 'llmclis demo', does: 'Shows the run live, then where to look at the result.' },
    { command: 'llmclis demo --json | tail -1', does: 'The same run as events; the last one is the summary.' },
  ],
  run: async (app: Pick<App, 'demo' | 'cwd'>, { flags }, out, shell) => {
    const options = given({ folder: flags.folder === undefined ? undefined : resolve(app.cwd, flags.folder) });
    const screen = shell.terminal.interactive() && !out.isJson;
    const report = screen ? await onScreen(app, options, shell) : await inLines(app, options, shell);
    if (!report.ok) return report;
    out.lines(whereabouts(report.value));
    return ok(demoExit(report.value));
  },
});

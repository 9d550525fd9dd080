import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OrchestrateOptions, openApp, systemClock } from '../../src/app.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { RunEvent, RunSummary } from '../../src/core/event.ts';
import type { Result } from '../../src/core/failure.ts';
import { printScript, type ReplayEntry } from '../../src/models/replay-script.ts';
import { LAST_WORDS, must } from './km-world.ts';
import { SHIPPED } from './run.ts';

/** A repository with tasks for scripted models, and the home folder beside it, for processes that work on it at once. */
export type WorkWorld = { readonly root: string; readonly home: string; readonly registry: string };

const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
roles:
  coder: {ladder: [small], needs: [tools]}
`;

const fileOf = (key: string): string => `parts/${key}.txt`;

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** Every fifth task waits for the one before it. */
const taskText = (number: number): string =>
  [
    `- [ ] **P${number} – Make part ${number}**`,
    `  - **Description:** Write ${fileOf(`P${number}`)}.`,
    `  - **Verify:** \`test -f ${fileOf(`P${number}`)}\``,
    ...(number % 5 === 0 ? [`  - **Depends on:** P${number - 1}`] : []),
  ].join('\n');

const repliesTo = (key: string): readonly ReplayEntry[] => [
  { task: key, try: 1, call: 1, calls: [{ name: 'write_file', input: { path: fileOf(key), content: `${key}\n` } }] },
  { task: key, try: 1, call: 2, calls: [{ name: 'finish', input: { summary: `Made ${key}.` } }] },
];

/** A project of `tasks` tasks, `P1` to `Pn`, all of them in its `plans.md`. */
export async function layOutWork(
  folder: string,
  tasks: number,
  places: { readonly root?: string; readonly home?: string } = {},
): Promise<WorkWorld> {
  const registry = join(folder, 'model_registry.yaml');
  const world = { root: join(folder, 'project'), home: join(folder, 'home'), registry, ...places };
  mkdirSync(world.root, { recursive: true });
  const numbers = Array.from({ length: tasks }, (_, index) => index + 1);
  writeFileSync(join(world.root, 'plans.md'), `# Parts\n\n${numbers.map(taskText).join('\n')}\n\n${LAST_WORDS}\n`);
  writeFileSync(join(world.root, 'README'), 'Parts.\n');
  writeFileSync(world.registry, REGISTRY);
  writeFileSync(join(folder, 'replay.yaml'), printScript(numbers.flatMap(number => repliesTo(`P${number}`))));
  git(world.root, 'init', '--quiet', '--initial-branch=main');
  git(world.root, 'config', 'user.name', 'Test');
  git(world.root, 'config', 'user.email', 'test@localhost');
  git(world.root, 'add', '--all');
  git(world.root, 'commit', '--quiet', '--message=Start');
  const app = inside(world);
  const project = must(must(app.km()).addProject({ name: 'parts', root: world.root }));
  must(await app.syncPlans(project, 'person'));
  app.close();
  return world;
}

const inside = ({ root, home }: WorkWorld, clock: Clock = systemClock) =>
  openApp({ env: { ...process.env, LLMCLIS_HOME: home }, cwd: root, version: '0.0.0', shipped: SHIPPED, clock });

/** Works on the tasks in this process; `meanwhile` is called with each event right after it is journaled. */
export async function workHere(
  world: WorkWorld,
  meanwhile: (event: RunEvent) => void = () => undefined,
  { clock, ...options }: OrchestrateOptions & { readonly clock?: Clock } = {},
): Promise<Result<RunSummary>> {
  const app = inside(world, clock);
  try {
    const wanted = { registry: world.registry, no_sandbox: true, max_steps: 100, ...options };
    return await app.orchestrate(must(app.project()), wanted, meanwhile, new AbortController().signal);
  } finally {
    app.close();
  }
}

export type Orchestrator = {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly exit: number | null; readonly signal: string | null; readonly said: string }>;
};

/** Starts `llmclis orchestrate` as a process; `onLine` is told of each event that it prints. */
export function startOrchestrator(
  { root, home, registry }: WorkWorld,
  flags: readonly string[],
  onLine: () => void = () => undefined,
): Orchestrator {
  const words = ['orchestrate', '--registry', registry, '--max_steps', '1000', '--no-sandbox', '--json', ...flags];
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(SHIPPED, 'src/bin.ts'), ...words], {
    cwd: root,
    env: { PATH, HOME, LLMCLIS_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let last = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    last = (last + text).slice(-2_000);
    for (let line = text.indexOf('\n'); line >= 0; line = text.indexOf('\n', line + 1)) onLine();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const ended = new Promise<Awaited<Orchestrator['ended']>>(resolve => {
    child.on('close', (exit, signal) =>
      resolve({ exit, signal, said: `${err}${last.trimEnd().split('\n').at(-1) ?? ''}` }),
    );
  });
  return { child, ended };
}

/** All events of all runs, each run's in order. */
export function eventsOf(world: WorkWorld): readonly RunEvent[] {
  const app = inside(world);
  const project = must(app.project());
  const events = must(app.runs(project)).flatMap(({ id }) => must(app.runEvents(id, 0)));
  app.close();
  return events;
}

/** What is not as it must be when all `tasks` are done: each once, with one commit, its file, and its tick in the plan. */
export function workProblems(world: WorkWorld, tasks: number): readonly string[] {
  const keys = Array.from({ length: tasks }, (_, index) => `P${index + 1}`);
  const app = inside(world);
  const km = must(app.km());
  const project = must(app.project());
  const open = km.listTasks({ project_id: project.id, limit: 10_000 }).tasks.filter(({ status }) => status !== 'done');
  const claimed = keys.filter(key => {
    const history = km.history(must(km.task(project.id, key)).id);
    return history.filter(({ kind, data }) => kind === 'status' && data.to === 'done').length !== 1;
  });
  app.close();
  const events = eventsOf(world);
  const done = events.flatMap(event => (event.type === 'task.done' ? [event.task] : []));
  const targets = new Set(events.flatMap(event => (event.type === 'run.started' ? [event.target ?? ''] : [])));
  const used = [...targets].filter(name => git(world.root, 'for-each-ref', name) !== '');
  const [target = 'HEAD'] = used;
  const subjects = git(world.root, 'log', '--format=%s', target).split('\n');
  const files = new Set(git(world.root, 'ls-tree', '-r', '--name-only', target).split('\n'));
  const plan = readFileSync(join(world.root, 'plans.md'), 'utf8');
  const times = (all: readonly string[], fits: (one: string) => boolean): number => all.filter(fits).length;
  return [
    ...open.map(({ key, status, reason_detail }) => `${key} is ${status} (${reason_detail ?? ''})`),
    ...claimed.map(key => `${key} did not become done exactly once`),
    ...keys.filter(key => times(done, one => one === key) !== 1).map(key => `${key}: not one task.done`),
    ...keys
      .filter(key => times(subjects, subject => subject.startsWith(`${key}: `)) !== 1)
      .map(key => `${key}: not one commit`),
    ...keys.filter(key => !files.has(fileOf(key))).map(key => `${key}: its file is not on ${target}`),
    ...keys.filter(key => !plan.includes(`- [x] **${key} `)).map(key => `${key}: not ticked in the plan`),
    ...(plan.includes(LAST_WORDS) ? [] : ['the end of the plan is gone']),
    ...(used.length === 1 ? [] : [`the work is on ${used.length} branches: ${used.join(', ')}`]),
  ];
}

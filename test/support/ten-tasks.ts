import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppOptions, openApp } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { printScript, type ReplayEntry } from '../../src/models/replay-script.ts';
import { must } from './km-world.ts';
import { SHIPPED } from './run.ts';

const REGISTRY = `version: 1
providers:
  here: {kind: replay, script: replay.yaml, location: local}
  there: {kind: replay, script: replay.yaml, location: cloud}
models:
  small: {provider: here, id: small, context: {window: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
  big:
    provider: there
    id: big
    context: {window: 200000, max_output: 8192}
    capabilities: {tools: true, json: true}
    price_per_mtok: {input: 5, output: 25, cache_read: 0.5, cache_write: 6.25}
roles:
  coder: {ladder: [small, big], needs: [tools]}
  tester: {ladder: [small], needs: [tools]}
`;

const say = (key: string, turn: number, ...steps: readonly (readonly [string, object])[]): readonly ReplayEntry[] =>
  steps.map(([name, input], index) => ({
    task: key,
    try: turn,
    call: index + 1,
    calls: [{ name, input: input as Record<string, unknown> }],
    tokens: { in: 100 * (index + 1), out: 10, cached: 0 },
  }));
const put = (path: string, content: string) => ['write_file', { path, content }] as const;
const finish = (summary: string) => ['finish', { summary }] as const;
const run = (command: string) => ['run_command', { command, timeout_s: 60 }] as const;
const part = (key: string): string => `parts/${key}.txt`;
const done = (key: string, turn = 1) => say(key, turn, put(part(key), `${key}\n`), finish(`Made ${key}.`));

/** What the models do, by task: each of the ways in which a turn and a task can end. */
const REPLIES: readonly ReplayEntry[] = [
  ...say('N1', 1, run('ls'), put(part('N1'), 'N1\n'), finish('Made N1.')),
  // Refused once: the check fails.
  ...say('N2', 1, put(part('N2'), 'no\n'), finish('Made N2.')),
  ...done('N2', 2),
  // Refused twice, then solved one rung up.
  ...say('N3', 1, put(part('N3'), 'no\n'), finish('Made N3.')),
  ...say('N3', 2, put(part('N3'), 'nor this\n'), finish('Made N3.')),
  ...done('N3', 3),
  // Asks a person.
  ...say('N4', 1, ['ask', { question: 'Which part is meant?' }]),
  // No check of its own: a tester writes one first.
  ...say(
    'N5',
    1,
    put('test/n5.test.sh', 'assert() { grep -q "$1" "$2"; }\nassert N5 parts/N5.txt\n'),
    finish('Wrote a test.'),
  ),
  ...done('N5', 2),
  // A person commits while it is worked on.
  ...done('N6'),
  // Changes a protected file beside its work.
  ...say('N7', 1, put('test/all.test.sh', 'true\n'), put(part('N7'), 'N7\n'), finish('Made N7.')),
  ...done('N7', 2),
  // Claims to be done without a change.
  ...say('N8', 1, finish('Made N8.')),
  ...done('N8', 2),
  ...done('N9'),
  ...say('N10', 1, put(part('N10'), 'one\n'), put(part('N10'), 'N10\n'), finish('Made N10.')),
];

const task = (key: string, more: readonly string[] = [`  - **Verify:** \`grep -q ${key} ${part(key)}\``]): string =>
  [`- [ ] **${key} – Make ${key}**`, `  - **Description:** Write ${part(key)}.`, ...more].join('\n');
const PLAN = `# Ten

${task('N1')}
${task('N2')}
${task('N3')}
${task('N4')}
${task('N5', [])}
${task('N6')}
${task('N7')}
${task('N8')}
${task('N9')}
${task('N10')}
  - **Depends on:** N9
`;

const gitIn = (root: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** A repository with ten tasks, the models that work on them, and a home, in a folder. */
export async function layOutTen(folder: string): Promise<void> {
  const root = join(folder, 'project');
  const files = {
    'plans.md': PLAN,
    'llmclis.yaml': 'merge: auto\nverify:\n  - "for t in test/*.test.sh; do sh $t || exit 1; done"\n',
    'test/all.test.sh': 'test -d parts\n',
    'parts/first.txt': 'first\n',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  writeFileSync(join(folder, 'model_registry.yaml'), REGISTRY);
  writeFileSync(join(folder, 'replay.yaml'), printScript(REPLIES));
  gitIn(root, 'init', '--quiet', '--initial-branch=main');
  gitIn(root, 'config', 'user.name', 'Test');
  gitIn(root, 'config', 'user.email', 'test@localhost');
  gitIn(root, 'add', '--all');
  gitIn(root, 'commit', '--quiet', '--message=Start');
  const app = tenApp(folder);
  const project = must(must(app.km()).addProject({ name: 'ten', root }));
  must(await app.syncPlans(project, 'person'));
  app.close();
}

export const tenApp = (folder: string, more: Partial<AppOptions> = {}) =>
  openApp({
    env: { ...process.env, LLMCLIS_HOME: join(folder, 'home') },
    cwd: join(folder, 'project'),
    version: '0.0.0',
    shipped: SHIPPED,
    ...more,
  });

/** What a person does meanwhile, once: a commit of their own while N6 is being worked on. */
function person(folder: string, event: RunEvent): void {
  const mine = join(folder, 'project', 'mine.txt');
  const isNow = 'task' in event && event.task === 'N6' && /^(?:tool|turn|work|check|checks)\./.test(event.type);
  if (!isNow || existsSync(mine)) return;
  writeFileSync(mine, 'mine\n');
  gitIn(join(folder, 'project'), 'add', 'mine.txt');
  gitIn(join(folder, 'project'), 'commit', '--quiet', '--message=Mine');
}

/** Works on the tasks until nothing is left to do. */
export async function runTen(
  folder: string,
  more: Partial<AppOptions> = {},
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<readonly RunEvent[]> {
  const app = tenApp(folder, more);
  const events: RunEvent[] = [];
  const seen = (event: RunEvent): void => {
    events.push(event);
    if (event.type === 'tool.ended' || events.length > 0) person(folder, event);
    onEvent(event);
  };
  try {
    const options = { registry: join(folder, 'model_registry.yaml'), no_sandbox: true, max_steps: 100 } as const;
    must(await app.orchestrate(must(app.project()), options, seen, new AbortController().signal));
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

/** What the ten tasks leave, without dates and commit ids: trees, plan, statuses, costs, and how often each effect was. */
export function tenOutcome(folder: string) {
  const root = join(folder, 'project');
  const app = tenApp(folder);
  const km = must(app.km());
  const project = must(app.project());
  const tasks = km.listTasks({ project_id: project.id, limit: 100 }).tasks;
  const events = must(app.runs(project)).flatMap(({ id }) => must(app.runEvents(id, 0)));
  const count = (type: string): number => events.filter(event => event.type === type).length;
  const dollars = events.reduce((sum, event) => sum + (event.type === 'model.replied' ? event.usd : 0), 0);
  const outcome = {
    tree: gitIn(root, 'rev-parse', 'HEAD^{tree}'),
    subjects: gitIn(root, 'log', '--format=%s').split('\n').sort(),
    notes: gitIn(root, 'notes', '--ref', 'llmclis', 'list').split('\n').length,
    dirty: gitIn(root, 'status', '--porcelain').split('\n').sort(),
    plan: withoutChance(readFileSync(join(root, 'plans.md'), 'utf8')),
    issues: withoutChance(readFileSync(join(root, 'issues.md'), 'utf8')),
    tasks: tasks.map(({ key, status, reason, proof, tries, usd }) => ({ key, status, reason, proof, tries, usd })),
    task_notes: tasks.map(({ id, key }) => [key, km.notes(id).length]),
    attempts: tasks.map(({ id, key }) => [key, km.attempts(id).map(({ outcome: how }) => how)]),
    usd: Math.round(dollars * 1e6),
    replies: count('model.replied'),
    turns: count('turn.started'),
    done: events.flatMap(event => (event.type === 'task.done' ? [event.task] : [])),
    blocked: events.flatMap(event => (event.type === 'task.blocked' ? [event.task] : [])),
    certificates: count('proof.certified'),
    memories: count('memory.stored'),
    lessons: count('lesson.learned'),
  };
  app.close();
  return { outcome, called: count('model.called') };
}

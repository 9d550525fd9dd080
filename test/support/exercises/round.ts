import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openApp } from '../../../src/app.ts';
import type { RunEvent } from '../../../src/core/event.ts';
import { scriptedAnthropic } from '../../servers/anthropic.ts';
import { scriptedOllama } from '../../servers/ollama.ts';
import { type Behaviour, behave, DISHONEST, type Played } from './behaviours.ts';
import { filesOf } from './exercises.ts';

const SHIPPED = resolve(import.meta.dirname, '../../..');
const KEY = 'key-of-the-exercises';

const registry = (ollama: string, anthropic: string): string => `version: 1
providers:
  here: {kind: ollama, base_url: ${ollama}, location: local}
  there: {kind: anthropic, base_url: ${anthropic}, api_key_env: EXERCISES_API_KEY, location: cloud}
models:
  small: {provider: here, id: small, context: {window: 32768, num_ctx: 32768, max_output: 4096}, capabilities: {tools: true, json: true}}
  big:
    provider: there
    id: claude-big
    context: {window: 200000, max_output: 8192}
    capabilities: {tools: true, json: true}
    price_per_mtok: {input: 5, output: 25, cache_read: 0.5, cache_write: 6.25}
roles:
  coder: {ladder: [small, big], needs: [tools]}
  tester: {ladder: [small, big], needs: [tools]}
`;

export type Outcome = {
  readonly key: string;
  readonly behaviour: Behaviour;
  readonly status: string;
  readonly reason: string | null;
  readonly tries: number;
  /** What is not as it must be; empty when all is well. */
  readonly wrong: readonly string[];
};

const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

/** One repository with these exercises, worked by scripted models over HTTP from the first task to the last. */
export async function playRound(
  folder: string,
  played: readonly Played[],
  sandboxed: boolean,
): Promise<readonly Outcome[]> {
  const root = join(folder, 'project');
  const exercises = played.map(({ exercise }) => exercise);
  for (const [path, text] of Object.entries(filesOf(exercises))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  git(root, 'init', '--quiet', '--initial-branch=main');
  for (const [name, value] of [
    ['user.name', 'Test'],
    ['user.email', 'test@localhost'],
  ] as const)
    git(root, 'config', name, value);
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--message=Start');
  const start = git(root, 'rev-parse', 'HEAD');
  const local = await scriptedOllama({ models: ['small'], reply: behave(played, 'local') });
  const cloud = await scriptedAnthropic({ key: KEY, reply: behave(played, 'cloud') });
  const file = join(folder, 'model_registry.yaml');
  writeFileSync(file, registry(local.url, cloud.url));
  const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home'), EXERCISES_API_KEY: KEY };
  const app = openApp({ env, cwd: root, version: '0.0.0', shipped: SHIPPED });
  try {
    const km = unwrap(app.km());
    const project = unwrap(km.addProject({ name: 'exercises', root }));
    for (const { key, title, description, check } of exercises)
      unwrap(km.addTask({ project_id: project.id, key, title, description, checks: [check], role: 'coder' }, 'test'));
    const events: RunEvent[] = [];
    const options = { registry: file, max_steps: 1_000, merge: 'auto', no_sandbox: !sandboxed } as const;
    unwrap(await app.orchestrate(project, options, event => void events.push(event), new AbortController().signal));
    return played.map(one => {
      const { status, reason, tries } = unwrap(km.task(project.id, one.exercise.key));
      const { behaviour, exercise } = one;
      return { key: exercise.key, behaviour, status, reason, tries, wrong: judge(one, status, events, root, start) };
    });
  } finally {
    app.close();
    await Promise.all([local.close(), cloud.close()]);
  }
}

const unwrap = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string; hint: string } }): T => {
  if (!result.ok) throw new Error(`${result.error.message} ${result.error.hint}`);
  return result.value;
};

const MOST_IDENTICAL = 5;

function judge(
  { behaviour, exercise }: Played,
  status: string,
  events: readonly RunEvent[],
  root: string,
  start: string,
): readonly string[] {
  const mine = events.filter(event => 'task' in event && event.task === exercise.key);
  const dishonest = DISHONEST.includes(behaviour);
  // Refused to the model's face, or to a person's: what turned green by an exit is kept aside, and the issue says why.
  const refused = mine.filter(
    event =>
      event.type === 'claim.refused' ||
      event.type === 'try.failed' ||
      (event.type === 'task.blocked' &&
        event.reason === 'unproven' &&
        /^No check proves the work\. .*(?:ends the process|wrong|nothing shows)/s.test(event.detail)),
  ).length;
  const touched = git(
    root,
    'diff',
    '--name-only',
    start,
    'HEAD',
    '--',
    exercise.test,
    'package.json',
    'pytest.ini',
    'conftest.py',
  );
  const passes = passesAt(root, exercise.check);
  return [
    ...(dishonest === (status === 'done') ? [`${status}, which ${dishonest ? 'must not' : 'must'} be done`] : []),
    ...(touched === '' ? [] : [`${touched} is not as it was`]),
    ...(passes === !dishonest ? [] : [`${exercise.check} ${passes ? 'passes' : 'fails'} at the end`]),
    ...(dishonest && refused === 0 ? ['nothing was reported'] : []),
    ...(mostIdentical(mine) > MOST_IDENTICAL ? [`${mostIdentical(mine)} identical calls in one turn`] : []),
  ];
}

function passesAt(root: string, check: string): boolean {
  try {
    execFileSync('bash', ['-c', check], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The most equal tool calls that one turn made. */
function mostIdentical(events: readonly RunEvent[]): number {
  let most = 0;
  let seen = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'turn.started') seen = new Map();
    if (event.type !== 'tool.started') continue;
    const call = `${event.name} ${JSON.stringify(event.input)}`;
    seen.set(call, (seen.get(call) ?? 0) + 1);
    most = Math.max(most, seen.get(call) ?? 0);
  }
  return most;
}

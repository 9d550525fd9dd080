import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { runCli, startCli } from '../support/cli.ts';
import { must } from '../support/events.ts';
import { git, read } from '../support/repository.ts';
import { finish, makeScene, reply, type Scene, SHIPPED, write } from '../support/run.ts';

const MATH = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': 'export const add = (a, b) => a + b;\n',
  'test/multiply.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\ntest('multiplies', () => assert.equal(math.multiply(math.add(1, 1), 3), 6));\n",
};
const MULTIPLY = `${MATH['src/math.js']}export const multiply = (a, b) => a * b;\n`;
const TASK = {
  key: 'T1',
  title: 'Add multiply',
  description: 'Export multiply(a, b) from src/math.js.',
  checks: ['node --test test/multiply.test.js'],
};
const command = (line: string) => ({ name: 'run_command', input: { command: line, timeout_s: 60 } });
const SOLVE = [reply('T1', 1, 1, write('src/math.js', MULTIPLY)), reply('T1', 1, 2, finish('Added multiply.'))];

const taskOf = (scene: Scene, key = 'T1') => must(must(scene.app.km()).task(scene.projectId, key));

/** A scene whose first tool call goes on only when `open` was called. */
async function waitingScene() {
  const gate = { open: (): void => undefined, file: '' };
  const scene = await makeScene(MATH, [
    reply('T1', 1, 1, command('until test -f ../../../gate; do sleep 0.05; done'), write('src/math.js', MULTIPLY)),
    reply('T1', 1, 2, finish('Added multiply.')),
  ]);
  gate.file = join(scene.home, 'gate');
  gate.open = () => writeFileSync(gate.file, '');
  scene.addTask(TASK);
  const place = { cwd: scene.root, home: scene.home };
  const words = ['orchestrate', '--registry', scene.registry, '--merge', 'auto', '--no-sandbox', '--json'];
  const atTheGate = ({ type, name }: Record<string, unknown>) => type === 'tool.started' && name === 'run_command';
  return { scene, gate, place, words, atTheGate };
}

describe('a run as a process', () => {
  it('ends cleanly at Ctrl-C, and the same command goes on to the same end', async () => {
    const { scene, gate, place, words, atTheGate } = await waitingScene();
    const first = startCli(words, place);
    await first.line(atTheGate);
    first.kill('SIGINT');
    const stopped = await first.ended;
    expect(stopped.exit).toBe(130);
    expect(stopped.events.at(-1)).toMatchObject({ type: 'run.finished', exit: 130, tasks: { done: 0, left: 1 } });
    expect(stopped.err).toContain('llmclis orchestrate');
    expect(taskOf(scene)).toMatchObject({ status: 'pending', tries: 0 });
    expect(git(scene.root, 'log', '--format=%s')).toBe('Start');
    gate.open();
    const again = runCli(words, place);
    expect(again).toMatchObject({ exit: 0 });
    expect(again.json.at(-1)).toMatchObject({ type: 'run.finished', tasks: { done: 1, left: 0 } });
    expect(taskOf(scene)).toMatchObject({ status: 'done', proof: 'red-green', tries: 1 });
    expect(read(scene.root, 'src/math.js')).toBe(MULTIPLY);
    expect(git(scene.root, 'status', '--porcelain')).toBe('');
  });

  it('ends at Ctrl-C in the middle of a model’s reply, and lets the server go', async () => {
    const ollama = await scriptedOllama({
      models: ['tiny:1b'],
      reply: () => ({ text: 'I am thinking about it', fault: { kind: 'stall', after_parts: 1 } }),
    });
    const scene = await makeScene(MATH, []);
    scene.addTask(TASK);
    const model =
      '{provider: here, id: "tiny:1b", context: {window: 32768, max_output: 1024}, capabilities: {tools: true}}';
    writeFileSync(
      scene.registry,
      `version: 1\nproviders:\n  here: {kind: ollama, base_url: "${ollama.url}", location: local}\nmodels:\n  tiny: ${model}\nroles:\n  coder: {ladder: [tiny], needs: [tools]}\n`,
    );
    const words = ['orchestrate', '--registry', scene.registry, '--no-sandbox', '--json'];
    const run = startCli(words, { cwd: scene.root, home: scene.home });
    await run.line(({ type }) => type === 'model.called');
    run.kill('SIGINT');
    const { exit, events } = await run.ended;
    expect(exit).toBe(130);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exit: 130, tasks: { done: 0, left: 1 } });
    expect(taskOf(scene)).toMatchObject({ status: 'pending', tries: 0 });
    await ollama.close();
  });

  it('works beside another one on the same project: it waits for the other’s task, and joins its branch', {
    timeout: 900_000,
  }, async () => {
    const { scene, gate, place, words: auto, atTheGate } = await waitingScene();
    scene.addTask({ ...TASK, key: 'T2', title: 'More', checks: ['test -f src/more.js'], depends_on: ['T1'] });
    const words = auto.map(word => (word === 'auto' ? 'branch' : word));
    const first = startCli(words, place);
    await first.line(atTheGate);
    expect(runCli([...words.slice(0, 3), '--merge', 'review', '--no-sandbox', '--json'], place)).toMatchObject({
      exit: 6,
      json: [{ error: { code: 'run.busy' } }],
    });
    const second = startCli(words, place);
    await second.line(({ type, kind }) => type === 'run.idle' && kind === 'waiting');
    gate.open();
    const [one, two] = [await first.ended, await second.ended];
    const events = [...one.events, ...two.events];
    const targets = events.filter(({ type }) => type === 'run.started').map(({ target }) => target);
    expect(new Set(targets).size).toBe(1);
    expect(events.filter(({ type }) => type === 'task.done').map(({ task }) => task)).toEqual(['T1']);
    // T2 was taken by one of them as soon as it could be; its scripted model has no reply for it.
    expect(events.filter(({ type, task }) => type === 'task.claimed' && task === 'T2')).not.toEqual([]);
    for (const { events: own } of [one, two]) expect(own.map(({ seq }) => seq)).toEqual(own.map((_, at) => at + 1));
  });

  it('pauses, goes on and stops as another process asks', async () => {
    const { scene, gate, place, words, atTheGate } = await waitingScene();
    const first = startCli(words, place);
    await first.line(atTheGate);
    const asked = runCli(['runs', 'pause', '--json'], place);
    expect(asked).toMatchObject({ exit: 0, json: [{ requested: 'pause' }] });
    gate.open();
    await first.line(({ type }) => type === 'run.paused');
    expect(runCli(['runs', 'list', '--json'], place).json[0]).toMatchObject({ runs: [{ status: 'running' }] });
    expect(taskOf(scene).status).toBe('in-progress');
    expect(runCli(['runs', 'resume', '--json'], place)).toMatchObject({ exit: 0 });
    await first.line(({ type }) => type === 'run.resumed');
    const { exit, events } = await first.ended;
    expect(exit).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', tasks: { done: 1 } });
    expect(runCli(['runs', 'stop', '--json'], place)).toMatchObject({ exit: 2 });
  });

  it('stops while it is paused, and the task goes back with its worktree', async () => {
    const { scene, gate, place, words, atTheGate } = await waitingScene();
    const first = startCli(words, place);
    await first.line(atTheGate);
    runCli(['runs', 'pause'], place);
    gate.open();
    await first.line(({ type }) => type === 'run.paused');
    runCli(['runs', 'stop'], place);
    const { exit, events } = await first.ended;
    expect(exit).toBe(0);
    expect(events.at(-1)).toMatchObject({ because: 'stopped as asked', tasks: { done: 0, left: 1 } });
    expect(taskOf(scene)).toMatchObject({ status: 'pending' });
    expect(runCli(words, place)).toMatchObject({ exit: 0 });
    expect(taskOf(scene)).toMatchObject({ status: 'done', tries: 1 });
  });
});

describe('a run that is out of its process’s hands', () => {
  it('ends at Ctrl-C also while it is paused', async () => {
    const { scene, gate, place, words, atTheGate } = await waitingScene();
    const first = startCli(words, place);
    await first.line(atTheGate);
    runCli(['runs', 'pause'], place);
    gate.open();
    await first.line(({ type }) => type === 'run.paused');
    first.kill('SIGINT');
    const { exit, events } = await first.ended;
    expect(exit).toBe(130);
    expect(events.at(-1)).toMatchObject({ type: 'run.finished', exit: 130 });
    expect(taskOf(scene)).toMatchObject({ status: 'pending' });
  });

  it('is taken over after a long silence, and the process that wakes up later writes nothing more', async () => {
    const { scene, gate, place, words, atTheGate } = await waitingScene();
    const asleep = startCli(words, place);
    await asleep.line(atTheGate);
    asleep.kill('SIGSTOP');
    const opened = must(openDatabase(join(scene.home, 'llmclis.db'), { migrations: join(SHIPPED, 'drizzle') }));
    opened.sqlite.prepare("UPDATE runs SET heartbeat_at = '2026-01-01T00:00:00Z'").run();
    gate.open();
    const second = runCli(words, place);
    expect(second).toMatchObject({ exit: 0 });
    expect(second.json[0]).toMatchObject({ type: 'run.resumed' });
    const count = () => opened.sqlite.prepare('SELECT count(*) FROM run_events').pluck().get();
    const written = count();
    asleep.kill('SIGCONT');
    const { exit, err, events } = await asleep.ended;
    expect(exit).toBe(6);
    expect(`${err}${JSON.stringify(events)}`).toContain('run.busy');
    expect(count()).toBe(written);
    opened.sqlite.close();
    expect(taskOf(scene)).toMatchObject({ status: 'done', tries: 1 });
    expect(git(scene.root, 'log', '--format=%s')).toBe('T1: Add multiply\nStart');
  });
});

describe('limits', () => {
  const second = {
    ...TASK,
    key: 'T2',
    title: 'Add more',
    checks: ['test -f src/more.js'],
    depends_on: ['T1'],
  };

  it('a budget that is spent in the middle ends with exit 5, and with more money the run goes on', async () => {
    const scene = await makeScene(MATH, [
      { ...SOLVE[0], task: 'T1', try: 1, call: 1, tokens: { in: 10_000, out: 2_000, cached: 0 } },
      { ...SOLVE[1], task: 'T1', try: 1, call: 2, tokens: { in: 10_000, out: 2_000, cached: 0 } },
      reply('T2', 1, 1, write('src/more.js', 'export const more = 1;\n')),
      reply('T2', 1, 2, finish()),
    ]);
    scene.addTask(TASK);
    scene.addTask(second);
    const first = await scene.run({ mode: 'cloud-first', merge: 'auto', budget_usd: 0.4 });
    expect(first.summary).toMatchObject({ exit: 5, tasks: { done: 1, left: 1 } });
    expect(first.summary.usd).toBeLessThanOrEqual(0.4);
    expect(first.summary.because).toMatch(/budget/);
    expect(taskOf(scene, 'T2')).toMatchObject({ status: 'pending' });
    const rest = await scene.run({ mode: 'cloud-first', merge: 'auto', budget_usd: 4 });
    expect(rest.summary).toMatchObject({ exit: 0, tasks: { done: 1, left: 0 } });
  });

  it('max_steps counts turns, not calls, checks or summaries', async () => {
    const scene = await makeScene(MATH, [
      ...SOLVE,
      reply('T2', 1, 1, write('src/more.js', '')),
      reply('T2', 1, 2, finish()),
    ]);
    scene.addTask(TASK);
    scene.addTask(second);
    const { summary } = await scene.run({ max_steps: 1, merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, steps: 1, tasks: { done: 1, left: 1 }, calls: { local: 2 } });
    expect(summary.because).toContain('max_steps');
  });
});

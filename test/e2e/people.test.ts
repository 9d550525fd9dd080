import { describe, expect, it } from 'vitest';
import { openApp, systemClock } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { must, of, once } from '../support/events.ts';
import { git, read, writeFiles } from '../support/repository.ts';
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
const SOLVE = [reply('T1', 1, 1, write('src/math.js', MULTIPLY)), reply('T1', 1, 2, finish('Added multiply.'))];

const taskOf = (scene: Scene, key = 'T1') => must(must(scene.app.km()).task(scene.projectId, key));
const commit = (scene: Scene, files: Readonly<Record<string, string>>): void => {
  writeFiles(scene.root, files);
  git(scene.root, 'add', ...Object.keys(files));
  git(scene.root, 'commit', '--quiet', '--message=By a person');
};

describe('claims', () => {
  const elsewhere = (scene: Scene, minutes: number) =>
    openApp({
      env: { ...process.env, LLMCLIS_HOME: scene.home },
      cwd: scene.root,
      version: '0.0.0',
      shipped: SHIPPED,
      clock: { ...systemClock, now: () => new Date(Date.now() + minutes * 60_000) },
    });

  it('a task whose worker went silent comes back and is done by the run', async () => {
    const scene = await makeScene(MATH, SOLVE);
    scene.addTask(TASK);
    const past = elsewhere(scene, -60);
    const taken = must(past.km()).claimNext({ projectId: scene.projectId, holder: 'gone', ttl_s: 900 });
    expect(taken).toMatchObject({ task: { key: 'T1' } });
    past.close();
    expect(taskOf(scene).status).toBe('in-progress');
    const { summary } = await scene.run();
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
  });

  it('a task that a worker holds is waited for by nobody: the run says who works on it and ends', async () => {
    const scene = await makeScene(MATH, []);
    scene.addTask(TASK);
    must(scene.app.km()).claimNext({ projectId: scene.projectId, holder: 'laptop', ttl_s: 900 });
    const { events, summary } = await scene.run();
    expect(of(events, 'run.idle')[0]).toMatchObject({ kind: 'waiting' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 0, left: 1 }, calls: { local: 0, cloud: 0 } });
    expect(summary.because).toContain('T1');
  });

  it('a run that lost its claim to another worker merges nothing and leaves the task to it', async () => {
    const scene = await makeScene(MATH, SOLVE);
    scene.addTask(TASK);
    const future = elsewhere(scene, 60);
    const { events, summary } = await scene.run(
      { merge: 'auto', max_steps: 1 },
      once(
        ({ type }) => type === 'turn.ended',
        () => void must(future.km()).claimNext({ projectId: scene.projectId, holder: 'laptop', ttl_s: 86_400 }),
      ),
    );
    future.close();
    expect(of(events, 'task.released')[0]?.because).toMatch(/claim/i);
    expect(summary.tasks).toMatchObject({ done: 0 });
    expect(git(scene.root, 'log', '--format=%s')).toBe('Start');
    expect(taskOf(scene)).toMatchObject({ status: 'in-progress', proof: null });
  });
});

describe('a person commits while a run is at work', () => {
  const atTurnEnd = (scene: Scene, files: Readonly<Record<string, string>>) =>
    once(
      ({ type }) => type === 'turn.ended',
      () => commit(scene, files),
    );

  it('the work is merged onto the new base and checked there again before it is done', async () => {
    const scene = await makeScene(MATH, SOLVE);
    scene.addTask(TASK);
    const { events, summary } = await scene.run(
      { merge: 'auto' },
      atTurnEnd(scene, { 'src/more.js': 'export const more = 1;\n' }),
    );
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 }, refused: 0 });
    const [moved] = of(events, 'base.moved');
    const checks = of(events, 'checks.judged').filter(({ seq }) => seq > (moved?.seq ?? Number.POSITIVE_INFINITY));
    expect(checks.map(({ on, verdict }) => [on, verdict])).toEqual([
      ['base', 'red'],
      ['work', 'red-green'],
    ]);
    expect(git(scene.root, 'rev-parse', 'HEAD^{tree}')).toBe(of(events, 'merge.intended').at(-1)?.tree);
    expect(checks.at(-1)?.tree).toBe(of(events, 'merge.intended').at(-1)?.tree);
    expect(git(scene.root, 'log', '--format=%s')).toBe('T1: Add multiply\nBy a person\nStart');
    expect(read(scene.root, 'src/more.js')).toContain('more');
    expect(git(scene.root, 'status', '--porcelain')).toBe('');
  });

  it('and the run is stopped in between: the next one takes nothing of it back', async () => {
    const scene = await makeScene(MATH, SOLVE);
    scene.addTask(TASK);
    const commitOnce = atTurnEnd(scene, { 'src/more.js': 'export const more = 1;\n' });
    const first = await scene.run({ merge: 'auto' }, event => {
      commitOnce(event);
      if (event.type === 'base.moved') must(scene.app.requestRun(event.run_id, 'stop'));
    });
    expect(of(first.events, 'task.released')).toHaveLength(1);
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(of(events, 'work.snapshot')[0]?.changed).toEqual(['src/math.js']);
    expect(read(scene.root, 'src/more.js')).toContain('more');
    expect(git(scene.root, 'show', 'HEAD:src/more.js')).toContain('more');
  });

  it('work that fails on the new base is refused as stale and done again there', async () => {
    const broken = { 'src/math.js': '// Renamed.\nexport const plus = (a, b) => a + b;\n\n\n' };
    const scene = await makeScene({ ...MATH, 'src/math.js': `${MATH['src/math.js']}\n\n` }, [
      reply('T1', 1, 1, write('src/math.js', `${MATH['src/math.js']}\n\nexport const multiply = (a, b) => a * b;\n`)),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('src/math.js', `${MULTIPLY}export const plus = add;\n`)),
      reply('T1', 2, 2, finish()),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ merge: 'auto' }, atTurnEnd(scene, broken));
    expect(of(events, 'claim.refused').map(({ because }) => because)).toEqual(['stale']);
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 }, refused_by: { stale: 1, checks_failed: 0 } });
    expect(git(scene.root, 'log', '--format=%s')).toBe('T1: Add multiply\nBy a person\nStart');
  });

  it('work that does not merge is kept on its branch and the task is blocked as a conflict', async () => {
    const scene = await makeScene(MATH, SOLVE);
    scene.addTask(TASK);
    const { events } = await scene.run(
      { merge: 'auto' },
      atTurnEnd(scene, { 'src/math.js': 'export const add = (x, y) => x + y;\nexport const mine = 1;\n' }),
    );
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'conflict', branch: 'llmclis/task-T1' });
    expect(git(scene.root, 'show', 'llmclis/task-T1:src/math.js')).toContain('multiply');
    expect(read(scene.root, 'src/math.js')).toContain('mine');
  });

  it('on the run’s own branch as well, when that moved', async () => {
    const scene = await makeScene(MATH, SOLVE);
    git(scene.root, 'branch', 'llmclis/run-before');
    git(scene.root, 'checkout', '--quiet', 'llmclis/run-before');
    commit(scene, { 'src/first.js': 'export const first = 1;\n' });
    git(scene.root, 'checkout', '--quiet', 'main');
    scene.addTask(TASK);
    const { events, summary } = await scene.run(
      { merge: 'branch' },
      once(
        ({ type }) => type === 'turn.ended',
        () => {
          git(scene.root, 'checkout', '--quiet', 'llmclis/run-before');
          commit(scene, { 'src/second.js': 'export const second = 1;\n' });
          git(scene.root, 'checkout', '--quiet', 'main');
        },
      ),
    );
    expect(of(events, 'base.moved')).toHaveLength(1);
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(git(scene.root, 'ls-tree', '--name-only', 'llmclis/run-before', 'src/').split('\n')).toHaveLength(3);
    expect(git(scene.root, 'log', '--format=%s', 'main')).toBe('Start');
  });

  it('a test that the tester wrote goes on proving the work on the new base', async () => {
    const { 'test/multiply.test.js': test, ...rest } = MATH;
    const files = {
      ...rest,
      'llmclis.yaml': 'verify: npm test\n',
      'test/add.test.js':
        "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { add } from '../src/math.js';\ntest('adds', () => assert.equal(add(1, 2), 3));\n",
    };
    const scene = await makeScene(files, [
      reply('T1', 1, 1, write('test/multiply.test.js', test)),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('src/math.js', MULTIPLY)),
      reply('T1', 2, 2, finish()),
    ]);
    scene.addTask({ ...TASK, checks: [] });
    const seen: RunEvent[] = [];
    const { events, summary } = await scene.run({ merge: 'auto' }, event => {
      // Twice: once after the work, once more while it is checked again.
      const after = event.type === 'turn.ended' && event.role === 'coder' ? 'more' : event.type;
      if (after !== 'more' && after !== 'base.moved') return;
      if (of(seen, 'base.moved').length === 0) commit(scene, { [`src/${after}.js`]: 'export const more = 1;\n' });
      seen.push(event);
    });
    expect(of(events, 'base.moved')).toHaveLength(2);
    expect(git(scene.root, 'show', '--name-only', '--format=').split('\n')).toEqual([
      'src/math.js',
      'test/multiply.test.js',
    ]);
    expect(of(events, 'task.done')[0]?.proof).toBe('red-green');
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
  });
});

describe('a person edits the plan while a run is at work', () => {
  const PLAN = `# Plan

- Last Updated: 2026-11-20T10:00:00Z
- Last Editor (Agent / CLI): ann

## Stage 1 – Start

- [ ] **T1 – Add multiply**
  - Description: Export multiply(a, b) from src/math.js.
  - Verify: \`node --test test/multiply.test.js\`

Some words of hers.

## Done / Completed Work Log
`;

  it('nothing of theirs is lost, and a task they add is taken next', async () => {
    const files = { ...MATH, 'plans.md': PLAN, 'llmclis.yaml': 'merge: auto\n' };
    const scene = await makeScene(files, [
      ...SOLVE,
      reply('T2', 1, 1, write('src/more.js', 'export const more = 1;\n')),
      reply('T2', 1, 2, finish('Added more.')),
    ]);
    const edit = once(
      ({ type }) => type === 'turn.started',
      () => {
        const text = read(scene.root, 'plans.md');
        const mine = text
          .replace('Some words of hers.', 'Some words of hers, and more.')
          .replace('src/math.js.\n', 'src/math.js.\n  - Notes:\n    - 2026-11-21 (ann): keep it short\n')
          .replace(
            '\nSome words',
            '\n- [ ] **T2 – Add more**\n  - Description: Write src/more.js.\n  - Verify: `test -f src/more.js`\n\nSome words',
          );
        writeFiles(scene.root, { 'plans.md': mine });
      },
    );
    const { events, summary } = await scene.run({}, edit);
    const plan = read(scene.root, 'plans.md');
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 2 } });
    expect(of(events, 'plan.updated').every(({ problem }) => problem === undefined)).toBe(true);
    for (const text of ['Some words of hers, and more.', '(ann): keep it short', '- [x] **T1', '- [x] **T2'])
      expect(plan).toContain(text);
  });
});

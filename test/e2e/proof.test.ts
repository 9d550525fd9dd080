import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/core/event.ts';
import { git } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

const MATH = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': 'export const add = (a, b) => a + b;\n',
  'test/math.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { add } from '../src/math.js';\ntest('adds', () => assert.equal(add(1, 2), 3));\n",
  'llmclis.yaml': 'verify: npm test\n',
};
const MULTIPLY_TEST =
  "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\ntest('multiplies', () => assert.equal(math.multiply(2, 3), 6));\n";
const WITH_MULTIPLY = `${MATH['src/math.js']}export const multiply = (a, b) => a * b;\n`;
const TASK = { key: 'T1', title: 'Add multiply', description: 'Export multiply(a, b) from src/math.js.' };

const of = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('a repository whose tests pass already', () => {
  it('proves a task by the tester’s new test, which failed on the base', async () => {
    const scene = await makeScene(MATH, [
      reply('T1', 1, 1, write('test/multiply.test.js', MULTIPLY_TEST)),
      reply('T1', 1, 2, finish('A test for multiply.')),
      reply('T1', 2, 1, write('src/math.js', WITH_MULTIPLY)),
      reply('T1', 2, 2, finish('Added multiply.')),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(of(events, 'turn.started').map(({ role }) => role)).toEqual(['tester', 'coder']);
    expect(of(events, 'test.accepted')[0]?.files).toEqual(['test/multiply.test.js']);
    expect(of(events, 'task.done')[0]?.proof).toBe('red-green');
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1, blocked: 0 } });
    expect(git(scene.root, 'show', '--stat', '--format=%s', 'HEAD')).toContain('test/multiply.test.js');
  });

  it('is not fooled by a change of comments, nor by a test that passes already', async () => {
    const scene = await makeScene(MATH, [
      reply('T1', 1, 1, write('test/again.test.js', MATH['test/math.test.js'])),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('test/multiply.test.js', MULTIPLY_TEST)),
      reply('T1', 2, 2, finish()),
      ...[3, 4, 5, 6].flatMap(turn => [
        reply('T1', turn, 1, write('src/math.js', `${MATH['src/math.js']}// multiply, try ${turn}\n`)),
        reply('T1', turn, 2, finish()),
      ]),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run();
    expect(summary.refused_by).toMatchObject({ already_passing: 1, checks_failed: 4 });
    expect(of(events, 'task.blocked')[0]?.reason).toBe('checks_failed');
    expect(summary.exit).toBe(3);
  });

  it('leaves what cannot be proven on a branch, for a person to accept', async () => {
    const { 'llmclis.yaml': _, ...without } = MATH;
    const scene = await makeScene(without, [
      reply('T1', 1, 1, { name: 'hand_off', input: { role: 'coder', summary: 'Add multiply to src/math.js.' } }),
      reply('T1', 2, 1, write('src/math.js', WITH_MULTIPLY)),
      reply('T1', 2, 2, finish('Added multiply.')),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run();
    expect(of(events, 'turn.started').map(({ role }) => role)).toEqual(['manager', 'coder']);
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'unproven', branch: 'llmclis/task-T1' });
    expect(summary.exit).toBe(3);
    expect(git(scene.root, 'show', 'llmclis/task-T1:src/math.js')).toContain('multiply');
    const project = scene.app.project();
    if (!project.ok) throw new Error(project.error.message);
    const accepted = await scene.app.acceptTask(project.value, 'T1');
    expect(accepted).toMatchObject({ ok: true, value: { status: 'done', proof: 'accepted-by-person' } });
  });

  it('keeps a refactoring by its unchanged behaviour, but not one of comments alone', async () => {
    const scene = await makeScene(MATH, [
      reply('T1', 1, 1, write('src/math.js', `// Adds.\n${MATH['src/math.js']}`)),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('src/math.js', 'export function add(a, b) {\n  return a + b;\n}\n')),
      reply('T1', 2, 2, finish()),
    ]);
    scene.addTask({ ...TASK, title: 'Write add as a function', tags: ['refactor'] });
    const { events, summary } = await scene.run();
    expect(summary.refused_by).toMatchObject({ empty_diff: 1 });
    expect(of(events, 'task.done')[0]?.proof).toBe('behaviour-kept');
  });
});

describe('claims that are refused', () => {
  const CHECKED = { ...TASK, checks: ['node --test test/multiply.test.js'] };
  const files = { ...MATH, 'test/multiply.test.js': MULTIPLY_TEST };

  it('an empty diff and a weakened test are refused, undone and told to the model as facts', async () => {
    const scene = await makeScene(files, [
      reply('T1', 1, 1, finish('All done!')),
      reply(
        'T1',
        2,
        1,
        write('test/multiply.test.js', "import { test } from 'node:test';\ntest('multiplies', () => {});\n"),
      ),
      reply('T1', 2, 2, finish()),
      reply('T1', 3, 1, write('src/math.js', WITH_MULTIPLY)),
      reply('T1', 3, 2, finish()),
    ]);
    scene.addTask(CHECKED);
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(of(events, 'claim.refused').map(({ because }) => because)).toEqual(['empty_diff', 'protected_changed']);
    expect(of(events, 'claim.refused')[1]?.undone).toEqual(['test/multiply.test.js']);
    expect(of(events, 'brief.written')[2]?.text).toContain('test/multiply.test.js');
    expect(summary).toMatchObject({ escalations: 1, tasks: { done: 1 } });
    expect(git(scene.root, 'show', 'HEAD:test/multiply.test.js')).toContain('assert.equal');
  });

  it('a change that breaks a test that passed is refused although its own check passes', async () => {
    const scene = await makeScene(files, [
      reply(
        'T1',
        1,
        1,
        write('src/math.js', 'export const add = () => 0;\nexport const multiply = (a, b) => a * b;\n'),
      ),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('src/math.js', WITH_MULTIPLY)),
      reply('T1', 2, 2, finish()),
    ]);
    scene.addTask(CHECKED);
    const { events, summary } = await scene.run();
    expect(of(events, 'claim.refused')[0]?.detail).toContain('adds');
    expect(summary.tasks.done).toBe(1);
  });

  it('a question ends the turn and blocks the task until a person answers', async () => {
    const scene = await makeScene(files, [
      reply('T1', 1, 1, { name: 'ask', input: { question: 'Shall multiply take strings?' } }),
    ]);
    scene.addTask(CHECKED);
    const { events, summary } = await scene.run();
    expect(of(events, 'question.asked')[0]?.question).toBe('Shall multiply take strings?');
    expect(summary).toMatchObject({ exit: 3, tasks: { blocked: 1 } });
    const project = scene.app.project();
    if (!project.ok) throw new Error(project.error.message);
    const answered = await scene.app.answerTask(project.value, 'T1', 'No, numbers only.');
    expect(answered).toMatchObject({ ok: true, value: { status: 'pending', tries: 0 } });
  });
});

describe('the limits of a run', () => {
  const two = { ...MATH, 'test/multiply.test.js': MULTIPLY_TEST };
  const CHECKED = { ...TASK, checks: ['node --test test/multiply.test.js'] };

  it('at max_steps the task goes back to pending, its worktree and tries kept, and the next run goes on there', async () => {
    const scene = await makeScene(two, [
      reply('T1', 1, 1, write('src/math.js', `${MATH['src/math.js']}export const multiply = (a, b) => a + b;\n`)),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, {
        name: 'edit_file',
        input: { path: 'src/math.js', old: 'multiply = (a, b) => a + b', new: 'multiply = (a, b) => a * b' },
      }),
      reply('T1', 2, 2, finish()),
    ]);
    scene.addTask(CHECKED);
    const first = await scene.run({ max_steps: 1 });
    expect(first.summary).toMatchObject({ exit: 0, steps: 1, tasks: { done: 0, left: 1 } });
    const second = await scene.run({ max_steps: 5 });
    expect(of(second.events, 'turn.started')[0]?.try).toBe(2);
    expect(second.summary).toMatchObject({ tasks: { done: 1, left: 0 } });
  });

  it('a spent budget ends the run with exit 5 and the task goes back', async () => {
    const scene = await makeScene(two, []);
    scene.addTask(CHECKED);
    const { summary } = await scene.run({ mode: 'cloud-first', budget_usd: 0.0001 });
    expect(summary).toMatchObject({ exit: 5, usd: 0, tasks: { left: 1 } });
  });

  it('a file of the project’s own that the task is to make is an ordinary red check', async () => {
    const test =
      "import { multiply } from '../src/multiply.js';\nif (multiply(2, 3) !== 6) throw new Error('wrong');\n";
    const scene = await makeScene({ ...MATH, 'test/new.test.js': test }, [
      reply('T1', 1, 1, write('src/multiply.js', 'export const multiply = (a, b) => a * b;\n')),
      reply('T1', 1, 2, finish()),
    ]);
    scene.addTask({ ...TASK, checks: ['node --test test/new.test.js', 'node test/new.test.js'] });
    const { events, summary } = await scene.run();
    expect(of(events, 'checks.judged')[0]).toMatchObject({ on: 'base', verdict: 'red' });
    expect(of(events, 'check.ended')[0]?.tail).not.toContain(scene.home);
    expect(summary.tasks.done).toBe(1);
  });

  it('a base whose checks cannot start ends setup_failed with no model call', async () => {
    const scene = await makeScene({ ...MATH, 'test/needs.test.js': "import 'left-pad';\n" }, []);
    scene.addTask({ ...TASK, checks: ['node --test test/needs.test.js'] });
    const { events, summary } = await scene.run();
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'setup_failed' });
    expect(summary).toMatchObject({ exit: 4, calls: { local: 0, cloud: 0 } });
    expect(summary.because).toContain('left-pad');
  });
});

describe('where proven work goes', () => {
  const files = { ...MATH, 'test/multiply.test.js': MULTIPLY_TEST };
  const solve = [reply('T1', 1, 1, write('src/math.js', WITH_MULTIPLY)), reply('T1', 1, 2, finish())];
  const CHECKED = { ...TASK, checks: ['node --test test/multiply.test.js'] };

  it('branch: onto the run’s branch, the person’s is not touched', async () => {
    const scene = await makeScene(files, solve);
    const before = git(scene.root, 'rev-parse', 'HEAD');
    scene.addTask(CHECKED);
    const { events } = await scene.run();
    expect(git(scene.root, 'rev-parse', 'HEAD')).toBe(before);
    const { ref } = of(events, 'merge.ended')[0] ?? { ref: '' };
    expect(ref).toMatch(/^refs\/heads\/llmclis\/run-/);
    expect(git(scene.root, 'show', `${ref}:src/math.js`)).toContain('multiply');
    expect(of(events, 'run.finished')[0]?.next).toContain(`git merge ${ref.slice('refs/heads/'.length)}`);
  });

  it('review: each task on a branch of its own', async () => {
    const scene = await makeScene(files, solve);
    scene.addTask(CHECKED);
    await scene.run({ merge: 'review' });
    expect(git(scene.root, 'show', 'llmclis/task-T1:src/math.js')).toContain('multiply');
  });

  it('auto: an uncommitted change of a person in the way blocks the task as a conflict and is not touched', async () => {
    const scene = await makeScene(files, solve);
    const { writeFiles, read } = await import('../support/repository.ts');
    writeFiles(scene.root, { 'src/math.js': '// mine\n' });
    scene.addTask(CHECKED);
    const { events } = await scene.run({ merge: 'auto' });
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'conflict', branch: 'llmclis/task-T1' });
    expect(read(scene.root, 'src/math.js')).toBe('// mine\n');
  });
});

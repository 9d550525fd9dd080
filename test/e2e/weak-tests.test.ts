import { describe, expect, it } from 'vitest';
import { of } from '../support/events.ts';
import { git } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

const FILES = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': 'export const add = (a, b) => a + b;\n',
  'test/math.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { add } from '../src/math.js';\ntest('adds', () => assert.equal(add(1, 2), 3));\n",
  'llmclis.yaml': 'verify: npm test\n',
};
const TASK = { key: 'T1', title: 'Add triple', description: 'Export triple(x) from src/math.js.' };
const WORK = `${FILES['src/math.js']}export const triple = x => x * 3;\n`;
const testOf = (name: string, body: string): string =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\ntest('${name}', () => {\n  ${body}\n});\n`;
const EXISTS = testOf('triple exists', "assert.equal(typeof math.triple, 'function');");
const STRONG = testOf('triples', 'assert.deepEqual([0, 1, 2].map(math.triple), [0, 3, 6]);');
/** Wrong variants take a process each, and more where the machine has other work. */
const timeout = 180_000;

describe('a test that the tester wrote', () => {
  it('goes back when it lets wrong variants of the work pass, and the work waits for a stronger one', {
    timeout,
  }, async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, write('test/triple.test.js', EXISTS)),
      reply('T1', 1, 2, finish()),
      reply('T1', 2, 1, write('src/math.js', WORK)),
      reply('T1', 2, 2, finish('Triples.')),
      reply('T1', 3, 1, write('test/triples.test.js', STRONG)),
      reply('T1', 3, 2, finish()),
    ]);
    scene.addTask(TASK);
    const { events, summary } = await scene.run({ merge: 'auto' });
    const order = ['test.accepted', 'mutants.ended', 'test.weak', 'work.restored', 'proof.certified', 'task.done'];
    expect(events.map(({ type }) => type).filter(type => order.includes(type))).toEqual([
      'test.accepted',
      'mutants.ended',
      'test.weak',
      'test.accepted',
      'work.restored',
      'mutants.ended',
      'proof.certified',
      'task.done',
    ]);
    const [weak, strong] = of(events, 'mutants.ended');
    expect(weak).toMatchObject({ written_by: 'tester', strong: false, killed: 0 });
    expect(weak?.survived.length).toBeGreaterThan(1);
    expect(strong).toMatchObject({ written_by: 'tester', strong: true });
    expect(of(events, 'turn.started').map(({ role, try: turn }) => [role, turn])).toEqual([
      ['tester', 1],
      ['coder', 2],
      ['tester', 3],
    ]);
    const again = of(events, 'brief.written').at(-1)?.text ?? '';
    expect(again).toContain('These pass unnoticed');
    expect(summary).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(git(scene.root, 'show', 'HEAD:test/triples.test.js')).toContain('triples');
    expect(() => git(scene.root, 'show', 'HEAD:test/triple.test.js')).toThrow();
    const { certificate } = of(events, 'proof.certified')[0] ?? {};
    expect(certificate).toMatchObject({
      proof: 'red-green',
      tests: ['test/triples.test.js'],
      checks: [{ command: 'npm test', proves: true, fail_to_pass: ['triples'] }],
      mutants: { killed: strong?.killed },
    });
    expect(git(scene.root, 'notes', '--ref=llmclis', 'show', 'HEAD')).toContain(certificate?.digest ?? '?');
  });

  it('proves nothing after three weak ones: the work is kept for a person', { timeout }, async () => {
    const weak = (turn: number) => [
      reply('T1', turn, 1, write('test/triple.test.js', EXISTS)),
      reply('T1', turn, 2, finish()),
    ];
    const scene = await makeScene(FILES, [
      ...weak(1),
      reply('T1', 2, 1, write('src/math.js', WORK)),
      reply('T1', 2, 2, finish('Triples.')),
      ...weak(3),
      ...weak(4),
    ]);
    scene.addTask(TASK);
    const { events } = await scene.run({ merge: 'auto' });
    expect(of(events, 'test.weak').length).toBe(2);
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'unproven', branch: 'llmclis/task-T1' });
    expect(git(scene.root, 'show', 'llmclis/task-T1:src/math.js')).toContain('triple');
  });

  it('is refused when nothing is asserted in it', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, write('test/triple.test.js', testOf('triples', 'math.triple(1);'))),
      reply('T1', 1, 2, finish()),
    ]);
    scene.addTask(TASK);
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'claim.refused')[0]).toMatchObject({ because: 'already_passing' });
    expect(of(events, 'claim.refused')[0]?.detail).toContain('Nothing is asserted in test/triple.test.js');
  });
});

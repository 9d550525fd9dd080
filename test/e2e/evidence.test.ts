import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { of } from '../support/events.ts';
import { git, temporaryFolder, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

const FILES = {
  'package.json': JSON.stringify({ name: 'scene', type: 'module', scripts: { test: 'node --test' } }),
  'src/math.js': 'export const add = (a, b) => a + b;\n',
  'test/math.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport * as math from '../src/math.js';\ntest('adds', { skip: math.quiet }, () => assert.equal(math.add(1, 2), 3));\n",
  'test/double.test.js':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { double } from '../src/double.js';\ntest('doubles', () => assert.equal(double(2), 4));\n",
};
const DOUBLE = 'export const double = x => 2 * x;\n';
const TASK = { key: 'T1', title: 'Double', description: 'Export double(x) from src/double.js.' };
const CHECK = 'node --test test/double.test.js';
const own = { ...TASK, checks: [CHECK] };
const work = (turn: number, path: string, text: string) => [
  reply('T1', turn, 1, write(path, text)),
  reply('T1', turn, 2, finish()),
];

/** A line that counts how often it was run, in a file that no worktree has; `then` sees the number as `$n`, from 1. */
function counting(then: string): string {
  const file = join(temporaryFolder(), 'runs');
  return `n=$(( $(cat ${file} 2>/dev/null || echo 0) + 1 )); echo $n > ${file}; ${then}`;
}

describe('what turns green for another reason than the work', () => {
  it.each([
    ['is flaky on the base', '[ $n -ge 2 ]', 1, true],
    ['turned green with time, on the base too', '[ $n -ge 3 ]', 0, undefined],
  ])('%s, and proves nothing', async (_, then, baseFlaky, flaky) => {
    const scene = await makeScene(FILES, work(1, 'src/math.js', `${FILES['src/math.js']}// double\n`));
    scene.addTask({ ...TASK, checks: [counting(then)] });
    const { events } = await scene.run();
    expect(of(events, 'check.ended').filter(({ on }) => on === 'base')[0]?.flaky).toBe(flaky);
    expect(of(events, 'checks.judged')[0]?.verdict).toBe(baseFlaky === 1 ? 'green' : 'red');
    expect(of(events, 'task.done')).toEqual([]);
    expect(of(events, 'task.blocked')[0]).toMatchObject({ reason: 'unproven', branch: 'llmclis/task-T1' });
    expect(of(events, 'check.ended')).toHaveLength(2);
  });

  it('a file that the check makes itself: the change did not make what the test missed', async () => {
    const then = `[ $n -ge 3 ] && echo '${DOUBLE.trim()}' > src/double.js; ${CHECK}`;
    const scene = await makeScene(FILES, work(1, 'src/math.js', `${FILES['src/math.js']}export const two = 2;\n`));
    scene.addTask({ ...TASK, checks: [counting(then)] });
    const { events } = await scene.run();
    expect(of(events, 'check.ended')[0]?.unloaded?.length).toBeGreaterThan(0);
    expect(of(events, 'checks.judged')[1]?.detail).toContain('the change does not make it');
    expect(of(events, 'task.blocked')[0]?.reason).toBe('unproven');
  });

  it('an exit in the change: nothing shows that the tests ran', async () => {
    const scene = await makeScene(FILES, work(1, 'src/double.js', 'process.exit(0);\nexport const double = 0;\n'));
    scene.addTask(own);
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'task.done')).toEqual([]);
    expect(of(events, 'checks.judged')[1]?.detail).toContain('ends the process');
  });

  it.each([
    [
      'prints the lines of a runner and ends',
      "console.log('✔ doubles (1.1ms)');\nprocess['exit'](0);\nexport const double = 0;\n",
    ],
    [
      'takes the assertions away',
      "import assert from 'node:assert/strict';\nassert.equal = () => {};\nexport const double = x => x;\n",
    ],
  ])('a change that %s: the check passes wrong tests too', async (_, text) => {
    const scene = await makeScene(FILES, work(1, 'src/double.js', text));
    scene.addTask(own);
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'task.done')).toEqual([]);
    expect(of(events, 'checks.judged')[1]?.detail).toContain('still passes when test/double.test.js is made to fail');
  });

  it('a check that ends well and names tests that fail', async () => {
    const scene = await makeScene(FILES, work(1, 'src/double.js', DOUBLE));
    scene.addTask({ ...TASK, checks: ["test -f src/double.js && echo 'not ok 1 - doubles'"] });
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'task.done')).toEqual([]);
    expect(of(events, 'checks.judged')[1]?.detail).toContain('says that these tests fail: doubles');
  });

  it('a test that is skipped now is refused although everything is green', async () => {
    const quiet = `${FILES['src/math.js']}export const quiet = true;\n`;
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': 'verify: node --test test/math.test.js\n' }, [
      reply('T1', 1, 1, write('src/math.js', quiet), write('src/double.js', DOUBLE)),
      reply('T1', 1, 2, finish()),
    ]);
    scene.addTask(own);
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'claim.refused')[0]).toMatchObject({ because: 'checks_failed' });
    expect(of(events, 'claim.refused')[0]?.detail).toMatch(/skipped now: adds|not run any more: adds/);
  });
});

describe('what is told and kept', () => {
  it('a certificate with what failed before, and a note about what the person’s tests do not notice', async () => {
    const scene = await makeScene(FILES, work(1, 'src/double.js', `${DOUBLE}export const half = x => x / 2;\n`), {
      LLMCLIS_MUTANTS: '8',
    });
    scene.addTask(own);
    const { events } = await scene.run({ merge: 'review' });
    expect(of(events, 'mutants.ended')[0]).toMatchObject({ written_by: 'person' });
    expect(of(events, 'mutants.ended')[0]?.survived.map(({ line }) => line)).toContain(2);
    expect(of(events, 'proof.certified')[0]).toMatchObject({
      ref: 'refs/notes/llmclis',
      certificate: { proof: 'red-green', checks: [{ command: CHECK, proves: true, fail_to_pass: ['doubles'] }] },
    });
    const note = git(scene.root, 'notes', '--ref=llmclis', 'show', 'llmclis/task-T1');
    expect(JSON.parse(note)).toEqual(of(events, 'proof.certified')[0]?.certificate);
    const km = scene.app.km();
    if (!km.ok) throw new Error(km.error.message);
    const task = km.value.task(scene.projectId, 'T1');
    const notes = task.ok ? km.value.notes(task.value.id).map(({ text }) => text) : [];
    expect(notes.some(text => /do not notice \d+ of \d+ small wrong variants.*src\/double\.js:2/.test(text))).toBe(
      true,
    );
  });

  it('that the last test run is older than the last edit', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, { name: 'run_command', input: { command: CHECK } }),
      reply('T1', 1, 2, write('src/double.js', 'export const double = x => x;\n')),
      reply('T1', 1, 3, finish()),
    ]);
    scene.addTask(own);
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'claim.refused')[0]?.detail).toContain('Your last test run is older than your last edit.');
  });

  it('files that the setup leaves are no part of the work', async () => {
    const yaml = 'setup: "echo made > made.txt && echo changed > lock.txt && mkdir -p kept && touch kept/a"\n';
    const scene = await makeScene(
      { ...FILES, 'lock.txt': 'lock\n', 'llmclis.yaml': yaml },
      work(1, 'src/double.js', DOUBLE),
    );
    scene.addTask({ ...TASK, checks: [`test -f made.txt && ${CHECK}`] });
    const { events } = await scene.run({ merge: 'auto' });
    expect(of(events, 'work.snapshot')[0]?.changed).toEqual(['src/double.js']);
    expect(of(events, 'task.done')).toHaveLength(1);
    expect(git(scene.root, 'show', '--name-only', '--format=', 'HEAD')).toBe('src/double.js');
  });

  it('a check of the role must pass, and proves nothing', async () => {
    const yaml = "role_checks:\n  coder: ['grep -q Doubles src/double.js']\n";
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': yaml }, [
      ...work(1, 'src/double.js', DOUBLE),
      ...work(2, 'src/double.js', `/** Doubles. */\n${DOUBLE}`),
    ]);
    scene.addTask(own);
    const { events } = await scene.run({ merge: 'auto' });
    expect(of(events, 'claim.refused')[0]).toMatchObject({ because: 'checks_failed' });
    expect(of(events, 'task.done')[0]).toMatchObject({ tries: 2, proof: 'red-green' });
    const checks = of(events, 'proof.certified')[0]?.certificate.checks ?? [];
    expect(checks.filter(({ proves }) => proves).map(({ command }) => command)).toEqual([CHECK]);
  });
});

describe('a critic', () => {
  const critic = '@critic "Names say what they mean"';
  const refuse = {
    name: 'refuse',
    input: { test_to_write: 'double(-1) is -2', because: 'Negative numbers are lost.' },
  };
  const accept = { name: 'accept', input: {} };

  it('is asked last, refuses with a test to write, and is not asked a third time', async () => {
    const turn = (nth: number) => [
      ...work(nth, 'src/double.js', `${DOUBLE}// ${nth}\n`),
      reply('T1', nth, 101, nth < 3 ? refuse : accept),
    ];
    const scene = await makeScene(FILES, [...turn(1), ...turn(2), ...turn(3)]);
    scene.addTask({ ...TASK, checks: [CHECK, critic] });
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(of(events, 'critic.said').map(({ accepts, asked }) => [accepts, asked])).toEqual([
      [false, true],
      [false, true],
    ]);
    expect(of(events, 'claim.refused')[0]?.detail).toContain('A test that shows it: double(-1) is -2');
    expect(of(events, 'brief.written')[1]?.text).toContain('double(-1) is -2');
    expect(of(events, 'critic.said')[0]?.model).toBe('big');
    expect(summary).toMatchObject({ tasks: { done: 1 }, refused: 2 });
  });

  it('never proves anything, and does not block when it cannot be asked', async () => {
    const scene = await makeScene({ ...FILES, 'src/double.js': DOUBLE }, work(1, 'src/math.js', '// nothing\n'));
    scene.addTask({ ...TASK, checks: [CHECK, critic] });
    const { events } = await scene.run({ max_steps: 1 });
    expect(of(events, 'task.done')).toEqual([]);
    const honest = await makeScene(FILES, work(1, 'src/double.js', DOUBLE));
    honest.addTask({ ...TASK, checks: [CHECK, critic] });
    const run = await honest.run({ mode: 'offline' });
    expect(of(run.events, 'critic.said')[0]).toMatchObject({ accepts: true, asked: false });
    expect(of(run.events, 'task.done')).toHaveLength(1);
  });
});

describe('an accepted task', () => {
  it('has a certificate that names a person', async () => {
    const scene = await makeScene(FILES, work(1, 'src/math.js', `${FILES['src/math.js']}export const two = 2;\n`));
    writeFiles(scene.root, {});
    scene.addTask({ ...TASK, checks: ['true'] });
    await scene.run();
    const project = scene.app.project();
    if (!project.ok) throw new Error(project.error.message);
    expect(await scene.app.acceptTask(project.value, 'T1')).toMatchObject({ ok: true, value: { status: 'done' } });
    const [noted] = git(scene.root, 'notes', '--ref=llmclis', 'list').split('\n');
    const [, commit = ''] = (noted ?? '').split(' ');
    expect(JSON.parse(git(scene.root, 'notes', '--ref=llmclis', 'show', commit))).toMatchObject({
      proof: 'accepted-by-person',
      task: { key: 'T1' },
      commit,
    });
  });
});

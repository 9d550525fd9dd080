import { describe, expect, it } from 'vitest';
import { of } from '../support/events.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

const FILES = { 'package.json': '{"type": "module"}', 'src/a.js': 'export const a = 1;\n' };
const work = (turn: number, path: string, content: string) => [
  reply('T1', turn, 1, write(path, content)),
  reply('T1', turn, 2, finish()),
];
const TASK = { key: 'T1', title: 'Write the guide', description: 'In docs/guide.md.' };

describe('checks as data in a run', () => {
  it('prove a task: red on the base, green on the work, and say what they wanted where they refuse it', async () => {
    const scene = await makeScene(FILES, [
      ...work(1, 'docs/guide.md', '# Guide to [a](a.js)\n'),
      ...work(2, 'docs/guide.md', '# Guide\n\nSee [a](../src/a.js).\n'),
    ]);
    const own = ['@matches docs/guide.md "^# Guide"', '@links docs', '@diff allow=docs/**'];
    scene.addTask({ ...TASK, checks: own });
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(summary).toMatchObject({ tasks: { done: 1 }, refused_by: { checks_failed: 1 } });
    const ended = of(events, 'check.ended').map(({ command, on, exit }) => `${on} ${command.split(' ')[0]} ${exit}`);
    expect(ended.slice(0, 2)).toEqual(['base @matches 1', 'base @links 1']);
    expect(ended.slice(-3)).toEqual(['work @matches 0', 'work @links 0', 'work @diff 0']);
    expect(of(events, 'brief.written')[1]?.text).toContain('Found: 1 of 1 do not.\ndocs/guide.md: "a.js"');
    const checks = of(events, 'proof.certified')[0]?.certificate.checks ?? [];
    expect(checks.filter(({ proves }) => proves).map(({ command }) => command)).toEqual(own.slice(0, 2));
  });

  it('guard alone, and then prove nothing', async () => {
    const scene = await makeScene(FILES, work(1, 'src/a.js', 'export const a = 2;\n'));
    scene.addTask({ ...TASK, checks: ['@diff allow=src/**', '@changed src/a.js', '@no-secrets'] });
    const { events } = await scene.run({ max_steps: 2 });
    expect(of(events, 'task.done')).toEqual([]);
  });

  it('of a role look at its tasks', async () => {
    const settings = 'role_checks:\n  coder: ["@lacks src console.log"]\n';
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': settings }, [
      ...work(1, 'src/b.js', "console.log('b');\n"),
      ...work(2, 'src/b.js', 'export const b = 2;\n'),
    ]);
    scene.addTask({ ...TASK, checks: ['@file src/b.js'] });
    const { events, summary } = await scene.run({ merge: 'auto' });
    expect(of(events, 'claim.refused').map(({ because }) => because)).toEqual(['checks_failed']);
    expect(summary).toMatchObject({ tasks: { done: 1 } });
  });
});

import { expect, it } from 'vitest';
import { of } from '../support/events.ts';
import { finish, makeScene, reply, write } from '../support/run.ts';

it('what a handoff summary cost stands against the budget of the turn after it', async () => {
  const tries = [1, 2].flatMap(turn => [
    reply('A', turn, 1, write('words.txt', `wrong ${turn}\n`)),
    reply('A', turn, 2, finish('Wrote words.txt.')),
  ]);
  // The summary of the handoff from the small model to the big one: 100,000 tokens of a reply for $2.50.
  const dear = { task: 'A', try: 3, call: 211, text: 'Fine.', tokens: { in: 10, out: 100_000, cached: 0 } };
  const right = [reply('A', 3, 1, write('words.txt', 'yes\n')), reply('A', 3, 2, finish())];
  const more = 'summaries: {model: big}\nbudgets: {task: {usd: 1.5}}\n';
  const scene = await makeScene({ 'README.md': 'Words.\n' }, [...tries, dear, ...right], {}, more);
  scene.addTask({ key: 'A', title: 'Words', description: 'Write words.txt.', checks: ['grep -qs ^yes$ words.txt'] });
  const { events, summary } = await scene.run();
  expect(of(events, 'model.replied').filter(({ model }) => model === 'big')).toHaveLength(1);
  expect(of(events, 'task.blocked')).toEqual([expect.objectContaining({ reason: 'budget' })]);
  expect(summary.usd).toBeCloseTo(2.50005, 5);
  scene.app.close();
});

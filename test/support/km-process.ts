import { writeSync } from 'node:fs';
import { makeOperator, seeded } from './km-operations.ts';
import { insideWorld } from './km-world.ts';

/**
 * A process that makes mixed operations on the knowledge manager and prints each, as JSON on a line, after it was done.
 * Arguments: root, home, name, seed, number of operations (or `claim`: that many claims and nothing else).
 */
const [root = '', home = '', name = '', seed = '1', count = '1', only = ''] = process.argv.slice(2);
const { app, km, project } = insideWorld({ root, home });
const say = (done: object): void => {
  writeSync(1, `${JSON.stringify(done)}\n`);
};
if (only === 'claim') {
  for (let turn = 0; turn < Number(count); turn += 1) {
    const taken = km.claimNext({ projectId: project.id, holder: 'worker', ttl_s: 900 });
    say('kind' in taken ? { op: taken.kind } : { op: 'claim', id: taken.task.id, token: taken.token });
  }
} else {
  const operate = makeOperator({ app, km, project, name, random: seeded(Number(seed)) });
  for (let turn = 0; turn < Number(count); turn += 1) say(await operate(turn));
}
app.close();
say({ op: 'end' });

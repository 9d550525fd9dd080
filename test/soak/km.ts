// Many processes on one database: claims, mixed operations, kill -9. npm run soak -- km [operations] [kills]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lostOf, type Member, send } from '../support/km-crowd.ts';
import { seeded } from '../support/km-operations.ts';
import { damageOf, insideWorld, type KmWorld, LAST_WORDS, layOutWorld, must, planText } from '../support/km-world.ts';

const [operations = '500', kills = '50'] = process.argv.slice(2);
const PROCESSES = 8;
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
let passed = 0;
let failed = 0;

function check(what: string, problems: readonly string[]): void {
  if (problems.length === 0) passed += 1;
  else failed += 1;
  process.stdout.write(`${problems.length === 0 ? 'ok    ' : 'FAILED'} ${what}\n`);
  for (const problem of problems.slice(0, 10)) process.stdout.write(`       ${problem}\n`);
}
const everyone = <T>(work: (member: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: PROCESSES }, (_, member) => work(member)));
const problemsOf = (members: readonly Member[]): readonly string[] => members.flatMap(({ problem }) => problem || []);

async function planOf(world: KmWorld): Promise<readonly string[]> {
  const { app, project } = insideWorld(world);
  must(await app.syncPlans(project, 'person'));
  const again = must(await app.syncPlans(project, 'person'));
  app.close();
  const calm = again.changed_files.length + again.to_database + again.to_file === 0;
  const whole = planText(world).includes(LAST_WORDS);
  return [...(calm ? [] : [`a second sync changes: ${JSON.stringify(again)}`]), ...(whole ? [] : ['the plan is cut'])];
}

const claims = await layOutWorld(join(folder, 'claims'), 40);
const workers = await everyone(member => send(claims, { name: 'worker', seed: member, count: 5, claims: true }));
const taken = workers.flatMap(({ done }) => done.filter(({ op }) => op === 'claim').map(({ id }) => id));
check(`8 workers × 5 claims: ${new Set(taken).size} different tasks of ${taken.length} claims`, [
  ...problemsOf(workers),
  ...(new Set(taken).size === 40 ? [] : ['not 40 different tasks']),
]);

const mixed = await layOutWorld(join(folder, 'mixed'), 40);
const members = await everyone(member =>
  send(mixed, { name: `w${member}`, seed: 7 * member + 1, count: Number(operations) }),
);
const acknowledged = members.reduce((sum, { done }) => sum + done.length, 0);
check(`8 processes × ${operations} mixed operations: none fails (${acknowledged} acknowledged)`, problemsOf(members));
check('nothing acknowledged is lost, no task is held twice', lostOf(mixed, members));
check('integrity, foreign keys and counters are right', damageOf(mixed));
check('the plan is whole and says what the database says', await planOf(mixed));

const random = seeded(42);
const killed = await layOutWorld(join(folder, 'killed'), 40);
const dead: Member[] = [];
let round = 0;
while (dead.filter(member => member.killed).length < Number(kills) && round < Number(kills) * 2) {
  round += 1;
  const crowd = await everyone(member => {
    const errand = { name: `r${round}w${member}`, seed: 1000 * round + member, count: 40 };
    return send(killed, random() < 0.5 ? { ...errand, killAfter: 1 + Math.floor(random() * 30) } : errand);
  });
  dead.push(...crowd);
}
const count = dead.filter(member => member.killed).length;
check(`${count} processes killed with -9: the others go on without a failure`, [
  ...problemsOf(dead),
  ...(count < Number(kills) ? [`only ${count} of ${kills} were killed`] : []),
]);
check('nothing acknowledged is lost, no task is held twice', lostOf(killed, dead));
check('integrity, foreign keys and counters are right', damageOf(killed));
check('the plan is whole and says what the database says', await planOf(killed));

rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

// kill -9 of command lines while they add, finish, claim and sync, with a plan file. npm run soak -- kill-km [rounds] [seed]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS, killRound, measureKind } from '../support/kill-rounds.ts';
import { seeded } from '../support/km-operations.ts';
import { layOutWorld } from '../support/km-world.ts';

const [rounds = '200', seed = '1'] = process.argv.slice(2);
const random = seeded(Number(seed));
const folder = mkdtempSync(join(tmpdir(), 'llmclis-soak-'));
const world = await layOutWorld(folder, 300);
const costs = new Map<string, Awaited<ReturnType<typeof measureKind>>>();
for (const kind of KINDS) costs.set(kind, await measureKind(world, kind));

let [failed, killed, acknowledged] = [0, 0, 0];
for (let round = 1; round <= Number(rounds); round += 1) {
  const kind = KINDS[round % KINDS.length] ?? 'add';
  const { steps = 1, ms = 1 } = costs.get(kind) ?? {};
  // Every second time at a step of its own, else at any moment.
  const byStep = Math.floor(round / KINDS.length) % 2 === 0;
  const when = byStep ? { step: 1 + Math.floor(random() * steps) } : { ms: (0.3 + random()) * ms };
  const outcome = await killRound(world, kind, round, when);
  killed += Number(outcome.killed);
  acknowledged += Number(outcome.acknowledged);
  if (outcome.problems.length === 0) continue;
  failed += 1;
  process.stdout.write(`round ${round}, ${kind} ${JSON.stringify(when)}\n  ${outcome.problems.join('\n  ')}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${killed} were killed, ${acknowledged} had acknowledged their write\n`);
process.stdout.write(`${Number(rounds) - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

import { describe, expect, it } from 'vitest';
import { KINDS, killRound, measureKind } from '../support/kill-rounds.ts';
import { lostOf, type Member, send } from '../support/km-crowd.ts';
import { seeded } from '../support/km-operations.ts';
import { damageOf, insideWorld, type KmWorld, LAST_WORDS, layOutWorld, must, planText } from '../support/km-world.ts';
import { temporaryFolder } from '../support/repository.ts';

// The full counts: npm run soak -- km, npm run soak -- kill-km.
const crowd = <T>(size: number, work: (member: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: size }, (_, member) => work(member)));
const problemsOf = (members: readonly Member[]): readonly string[] => members.flatMap(({ problem }) => problem || []);

async function expectInStep(world: KmWorld): Promise<void> {
  const { app, project } = insideWorld(world);
  must(await app.syncPlans(project, 'person'));
  expect(must(await app.syncPlans(project, 'person'))).toMatchObject({ changed_files: [], to_database: 0, to_file: 0 });
  app.close();
  expect(planText(world)).toContain(LAST_WORDS);
}

describe('many processes on one database', () => {
  it('eight workers of one name that claim five tasks each get forty different tasks', async () => {
    const world = await layOutWorld(temporaryFolder(), 40);
    const workers = await crowd(8, member => send(world, { name: 'worker', seed: member, count: 5, claims: true }));
    expect(problemsOf(workers)).toEqual([]);
    const taken = workers.flatMap(({ done }) => done.map(({ id }) => id));
    expect(new Set(taken).size).toBe(40);
    expect(taken).toHaveLength(40);
  });

  it('mixed operations with syncs lose nothing, and none fails', async () => {
    const world = await layOutWorld(temporaryFolder(), 12);
    const members = await crowd(4, member => send(world, { name: `w${member}`, seed: 7 * member + 1, count: 60 }));
    expect(problemsOf(members)).toEqual([]);
    expect(members.flatMap(({ done }) => done)).toHaveLength(240);
    expect(lostOf(world, members)).toEqual([]);
    expect(damageOf(world)).toEqual([]);
    await expectInStep(world);
  });

  it('kill -9 of some of them: the others go on, and what was acknowledged is there', async () => {
    const world = await layOutWorld(temporaryFolder(), 12);
    const members = await crowd(6, member =>
      send(world, {
        ...{ name: `w${member}`, seed: 11 * member + 3, count: 60 },
        ...(member % 2 === 0 && { killAfter: 3 + 7 * member }),
      }),
    );
    expect(members.filter(({ killed }) => killed).length).toBeGreaterThan(0);
    expect(problemsOf(members)).toEqual([]);
    expect(lostOf(world, members)).toEqual([]);
    expect(damageOf(world)).toEqual([]);
    await expectInStep(world);
  });
});

describe('kill -9 of a command line', () => {
  it.each(KINDS)('while it does its part of: %s', { timeout: 900_000 }, async kind => {
    const world = await layOutWorld(temporaryFolder(), 8);
    const { steps } = await measureKind(world, kind);
    const random = seeded(KINDS.indexOf(kind) + 5);
    for (let round = 1; round <= 3; round += 1) {
      const step = Math.floor((0.95 * steps * (round - 1 + random())) / 3) + 1;
      const outcome = await killRound(world, kind, round, { step });
      expect(outcome).toMatchObject({ problems: [], killed: true });
    }
  });
});

import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

const HOUR = 3600;
const PROOF = { agent: 'w', proof: 'red-green' } as const;

function claim({ km, project }: World, holder = 'w', ttl_s = 60): Claim {
  const taken = km.claimNext({ projectId: project, holder, ttl_s });
  if ('kind' in taken) throw new Error(`Nothing to claim: ${taken.kind}`);
  return taken;
}
const numberOf = ({ token }: Claim): number => Number(token.split('-').at(-1));

describe('a clock that jumps', () => {
  it('an hour back leaves every claim with its holder', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: [] });
    const first = claim(world);
    world.clock.forward(-HOUR);
    expect(world.km.holds(first.task.id, first.token)).toBe(true);
    expect(claim(world).task.key).toBe('B');
    expect(world.km.claimNext({ projectId: world.project, holder: 'w', ttl_s: 60 })).toMatchObject({ kind: 'waiting' });
    must(world.km.heartbeat(first.token, 60));
    expect(codeOf(world.km.markTaskStatus(first.task.id, 'done', { ...PROOF, claim: first.token }))).toBe('ok');
  });

  it('an hour back and forth again loses nothing', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    world.clock.forward(-HOUR);
    world.clock.forward(HOUR);
    expect(world.km.holds(task.id, token)).toBe(true);
  });

  it('an hour forward: a sign of life keeps the claim while nobody took the task', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    world.clock.forward(HOUR);
    must(world.km.heartbeat(token, 60));
    expect(world.km.claimNext({ projectId: world.project, holder: 'v', ttl_s: 60 })).toMatchObject({ kind: 'waiting' });
    expect(codeOf(world.km.markTaskStatus(task.id, 'done', { ...PROOF, claim: token }))).toBe('ok');
  });

  it('an hour forward: who comes first has the task, and the other one writes nothing any more', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const old = claim(world);
    world.clock.forward(HOUR);
    const fresh = claim(world, 'v');
    world.clock.forward(-HOUR);
    const before = world.km.history(old.task.id);
    for (const refused of [
      world.km.heartbeat(old.token, 60),
      world.km.release(old.token, 'w'),
      world.km.markTaskStatus(old.task.id, 'done', { ...PROOF, claim: old.token }),
    ])
      expect(codeOf(refused)).toBe('claim.lost');
    expect(world.km.history(old.task.id)).toEqual(before);
    expect(world.km.holds(fresh.task.id, fresh.token)).toBe(true);
  });
});

describe('the fence of a claim', () => {
  it('is higher for every later claim, of any task, whatever chance and the clock say', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: [], C: [] });
    world.clock.random = () => 0;
    const first = claim(world);
    const second = claim(world);
    world.clock.forward(-HOUR);
    must(world.km.release(first.token, 'w'));
    const third = claim(world);
    expect(third.task.key).toBe('A');
    expect(numberOf(first)).toBeLessThan(numberOf(second));
    expect(numberOf(second)).toBeLessThan(numberOf(third));
  });
});

describe('projects in turn', () => {
  it('take the claims one after the other where their tasks are as urgent', () => {
    const world = makeWorld();
    const other = must(world.km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    addTasks(world, { A1: [], A2: [], A3: [] });
    addTasks({ km: world.km, project: other }, { B1: [], B2: [] });
    const keys = Array.from({ length: 5 }, () => {
      const taken = world.km.claimNext({ holder: 'w', ttl_s: 60 });
      return 'kind' in taken ? taken.kind : taken.task.key;
    });
    expect(keys).toEqual(['A1', 'B1', 'A2', 'B2', 'A3']);
  });

  it('count a claim by name, too', () => {
    const world = makeWorld();
    const other = must(world.km.addProject({ name: 'other', root: '/nowhere/other' })).id;
    const { A1 = 0 } = addTasks(world, { A1: [], A2: [] });
    addTasks({ km: world.km, project: other }, { B1: [] });
    must(world.km.claimTask(A1, { holder: 'w', ttl_s: 60 }));
    expect(world.km.claimNext({ holder: 'w', ttl_s: 60 })).toMatchObject({ task: { key: 'B1' } });
  });
});

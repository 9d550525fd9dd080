import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/km/km.ts';
import { addTasks, codeOf, MIGRATIONS, makeWorld, must, type World } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'llmclis-claims-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function claim({ km, project }: World, holder = 'w', ttl_s = 60): Claim {
  const taken = km.claimNext({ projectId: project, holder, ttl_s });
  if ('kind' in taken) throw new Error(`Nothing to claim: ${taken.kind}`);
  return taken;
}
const PROOF = { agent: 'w', proof: 'red-green' } as const;

describe('a claim', () => {
  it('takes the next task and says why, until when, and who', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: [] });
    const taken = claim(world, 'laptop');
    expect(taken).toMatchObject({
      task: { key: 'A', status: 'in-progress', last_agent: 'laptop' },
      because: 'priority 2, nothing before it in the plan is ready, it depends on nothing',
      expires_at: '2026-11-21T09:01:00Z',
    });
    expect(world.km.holds(taken.task.id, taken.token)).toBe(true);
    expect(world.km.history(taken.task.id).at(-1)).toMatchObject({ kind: 'claimed', agent: 'laptop' });
  });

  it('gives two tasks to two workers of one name', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: [] });
    const [first, second] = [claim(world), claim(world)];
    expect([first.task.key, second.task.key]).toEqual(['A', 'B']);
    expect(first.token).not.toBe(second.token);
  });

  it('has a token of its own even where chance repeats itself', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    world.clock.random = () => 0.5;
    const first = claim(world);
    must(world.km.release(first.token, 'w'));
    expect(claim(world).token).not.toBe(first.token);
  });

  it('leaves out what the caller does not want', () => {
    const world = makeWorld();
    const { A = 0 } = addTasks(world, { A: [], B: [] });
    expect(world.km.claimNext({ projectId: world.project, holder: 'w', ttl_s: 9, except: [A] })).toMatchObject({
      task: { key: 'B' },
    });
  });

  it('says what everything waits for when nothing is ready', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    claim(world);
    expect(world.km.claimNext({ projectId: world.project, holder: 'w', ttl_s: 9 })).toMatchObject({ kind: 'waiting' });
  });

  it('lets its holder finish, and is gone then', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    expect(must(world.km.markTaskStatus(task.id, 'done', { ...PROOF, claim: token })).status).toBe('done');
    expect(world.km.holds(task.id, token)).toBe(false);
    expect(codeOf(world.km.heartbeat(token, 60))).toBe('claim.lost');
  });

  it('is given back as pending, with the tries kept', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { token } = claim(world);
    expect(must(world.km.release(token, 'w')).status).toBe('pending');
    expect(codeOf(world.km.release(token, 'w'))).toBe('claim.lost');
  });

  it('is lost when the task was changed by someone else: then nothing is written', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    must(world.km.markTaskStatus(task.id, 'blocked', { agent: 'person', reason: 'permission' }));
    const before = world.km.history(task.id);
    const marked = world.km.markTaskStatus(task.id, 'done', { ...PROOF, claim: token });
    expect(codeOf(marked)).toBe('claim.lost');
    expect(world.km.history(task.id)).toEqual(before);
    expect(must(world.km.taskById(task.id)).status).toBe('blocked');
  });
});

describe('a lease', () => {
  it('runs out: the task comes back by itself and the old token is worth nothing', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const old = claim(world, 'dead');
    world.clock.forward(60);
    expect(world.km.holds(old.task.id, old.token)).toBe(false);
    expect(codeOf(world.km.markTaskStatus(old.task.id, 'done', { ...PROOF, claim: old.token }))).toBe('claim.lost');
    const fresh = claim(world, 'alive');
    expect(fresh.task.key).toBe('A');
    for (const lost of [world.km.heartbeat(old.token, 60), world.km.release(old.token, 'dead')])
      expect(codeOf(lost)).toBe('claim.lost');
    expect(world.km.history(fresh.task.id).slice(-2)).toMatchObject([
      { kind: 'released', agent: 'llmclis', data: { because: 'its claim ran out', holder: 'dead' } },
      { kind: 'claimed', agent: 'alive' },
    ]);
  });

  it('is kept alive by heartbeats', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    world.clock.forward(50);
    expect(must(world.km.heartbeat(token, 60)).expires_at).toBe('2026-11-21T09:01:50Z');
    world.clock.forward(50);
    expect(world.km.holds(task.id, token)).toBe(true);
  });

  it('that ran out comes to life again while nobody else took the task', () => {
    const world = makeWorld();
    addTasks(world, { A: [] });
    const { task, token } = claim(world);
    world.clock.forward(600);
    must(world.km.heartbeat(token, 60));
    expect(codeOf(world.km.markTaskStatus(task.id, 'done', { ...PROOF, claim: token }))).toBe('ok');
  });
});

describe('claimTask', () => {
  it('takes the named task when it is ready', () => {
    const world = makeWorld();
    const { B = 0, C = 0 } = addTasks(world, { A: [], B: [], C: ['A'] });
    expect(must(world.km.claimTask(B, { holder: 'w', ttl_s: 60 })).task.key).toBe('B');
    for (const id of [B, C]) expect(codeOf(world.km.claimTask(id, { holder: 'v', ttl_s: 60 }))).toBe('input.invalid');
    expect(codeOf(world.km.claimTask(99, { holder: 'v', ttl_s: 60 }))).toBe('input.not_found');
  });
});

describe('claims from several processes', () => {
  it('never give a task to two of them', async () => {
    const file = join(folder, 'llmclis.db');
    const world = makeWorld(file);
    const keys = Array.from({ length: 200 }, (_, index) => `K${index}`);
    world.km.transaction(() => addTasks(world, Object.fromEntries(keys.map(key => [key, []]))));
    world.database.sqlite.close();
    const worker = fileURLToPath(new URL('./claim-worker.ts', import.meta.url));
    const run = promisify(execFile);
    const args = [worker, file, MIGRATIONS, String(world.project)];
    const outputs = await Promise.all(Array.from({ length: 4 }, () => run(process.execPath, args)));
    const claimed = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(claimed.toSorted()).toEqual(keys.toSorted());
  });
});

import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/core/task.ts';
import { addTasks, makeWorld } from './fixtures.ts';

const turn = (over: Partial<Attempt>): Attempt => ({
  run_id: 'r',
  role: 'coder',
  model: 'qwen',
  location: 'local',
  outcome: 'passed',
  evidence: '',
  tokens_in: 100,
  tokens_out: 10,
  usd: 0,
  ...over,
});

function played() {
  const world = makeWorld();
  const { A: one = 0, B: two = 0 } = addTasks(world, { A: { tags: ['api'] }, B: { tags: ['api', 'docs'] } });
  const add = (id: number, over: Partial<Attempt>) => world.km.addAttempt(id, turn(over));
  add(one, { outcome: 'checks_failed' });
  add(one, {});
  add(two, { outcome: 'checks_failed' });
  add(two, { outcome: 'empty_diff' });
  add(two, { outcome: 'provider' });
  add(two, { model: 'opus', location: 'cloud', usd: 0.25, tokens_in: 1_000 });
  add(two, { role: 'tester', outcome: 'weak_test' });
  return world;
}

describe('quality', () => {
  it('counts tries, what passed and why the others were refused, by role and model', () => {
    const { km, project } = played();
    const rows = km.quality(project, { by: 'pair' });
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({
      role: 'coder',
      model: 'qwen',
      location: 'local',
      tag: null,
      tasks: 2,
      tries: 4,
      passed: 1,
      success: 0.25,
      refused: { checks_failed: 2, empty_diff: 1 },
      tokens: { in: 500, out: 50 },
      usd: 0,
      usd_per_pass: 0,
    });
    expect(rows.find(({ model }) => model === 'opus')).toMatchObject({ passed: 1, success: 1, usd_per_pass: 0.25 });
    expect(rows.find(({ role }) => role === 'tester')).toMatchObject({
      passed: 0,
      refused: { weak_test: 1 },
      usd_per_pass: null,
    });
  });

  it('is told apart by role, by model, or by each tag of the task', () => {
    const { km, project } = played();
    expect(km.quality(project, { by: 'role' }).map(({ role, model, tries }) => [role, model, tries])).toEqual([
      ['coder', null, 4],
      ['coder', null, 1],
      ['tester', null, 1],
    ]);
    expect(km.quality(project, { by: 'model' }).map(({ role, model, tries }) => [role, model, tries])).toEqual([
      [null, 'qwen', 5],
      [null, 'opus', 1],
    ]);
    const tags = km.quality(project, { by: 'tag' }).filter(({ model, role }) => model === 'qwen' && role === 'coder');
    expect(tags.map(({ tag, tries, passed }) => [tag, tries, passed])).toEqual([
      ['api', 4, 1],
      ['docs', 2, 0],
    ]);
  });

  it('can be asked of the last days alone, and of every project', () => {
    const { km } = played();
    expect(km.quality(null, { by: 'model' })).toHaveLength(2);
    expect(km.quality(null, { by: 'model', since: '2999-01-01T00:00:00Z' })).toEqual([]);
  });
});

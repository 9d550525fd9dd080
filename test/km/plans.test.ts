import { describe, expect, it } from 'vitest';
import { createKm } from '../../src/km/repository.ts';
import type { Sqlite } from '../../src/km/sqlite.ts';
import { addTasks, makeWorld, must } from './fixtures.ts';

/** The SQL that `work` prepares on this connection, whose statements are asked for their plans. */
function plansOf(
  sqlite: Sqlite,
  work: (prepared: Sqlite) => void,
): readonly { sql: string; steps: readonly string[] }[] {
  const seen = new Set<string>();
  const listening = new Proxy(sqlite, {
    get(target, name) {
      if (name === 'prepare')
        return (sql: string) => {
          seen.add(sql);
          return target.prepare(sql);
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  work(listening);
  return [...seen].map(sql => {
    const rows = sqlite.prepare(`EXPLAIN QUERY PLAN ${sql}`);
    const holes = sql.split('?').length - 1;
    const steps = rows.all(...Array.from({ length: holes }, () => null)) as { detail: string }[];
    return { sql, steps: steps.map(({ detail }) => detail) };
  });
}

describe('what every worker does all day', () => {
  it('looks tasks up by an index and walks through none of the tables, whatever SQLite knows about their size', () => {
    const world = makeWorld();
    addTasks(world, { A: [], B: ['A'], S: { kind: 'stage' }, C: { parent: 'S' } });
    const { project } = world;
    const plans = plansOf(world.database.sqlite, sqlite => {
      const km = createKm({ ...world.database, sqlite }, world.clock);
      must(km.addTask({ project_id: project, title: 'One more', depends_on: ['A'], parent: 'S' }, 'w'));
      km.getNextTaskToWorkOn(project);
      const claim = km.claimNext({ projectId: project, holder: 'w', ttl_s: 60 });
      if ('kind' in claim) throw new Error('Nothing to claim.');
      must(km.heartbeat(claim.token, 60));
      must(km.release(claim.token, 'w'));
      const { id } = must(km.task(project, 'C'));
      must(km.appendTaskNote(id, 'Seen', 'w'));
      must(km.markTaskStatus(id, 'done', { agent: 'w', proof: 'accepted-by-person' }));
    });
    expect(plans.length).toBeGreaterThan(15);
    const walks = plans.flatMap(({ sql, steps }) =>
      steps
        .filter(step => /^SCAN (?!CONSTANT ROW|tasks USING INDEX tasks_leases)/.test(step))
        .map(step => `${step}: ${sql}`),
    );
    expect(walks).toEqual([]);
  });
});

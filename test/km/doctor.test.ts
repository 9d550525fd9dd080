import { describe, expect, it } from 'vitest';
import { diagnose, treat } from '../../src/km/safety/doctor.ts';
import { shippedSchema } from '../../src/km/safety/shipped.ts';
import { MIGRATIONS, must, testClock } from './fixtures.ts';
import { fullWorld } from './safety-fixtures.ts';

const shipped = must(shippedSchema(MIGRATIONS));

/** The findings after something was done to a database that was well. */
function damaged(damage: string) {
  const world = fullWorld(':memory:');
  const { sqlite } = world.database;
  sqlite.pragma('foreign_keys = OFF');
  sqlite.pragma('ignore_check_constraints = ON');
  sqlite.unsafeMode();
  sqlite.exec(damage);
  const found = () => diagnose(sqlite, shipped).findings.map(({ check, message }) => `${check}: ${message}`);
  return { world, sqlite, found };
}

describe('km doctor', () => {
  it('finds nothing in a database that is well, and changes nothing', () => {
    const { sqlite } = fullWorld(':memory:').database;
    const changes = sqlite.prepare('SELECT total_changes()').pluck();
    const before = changes.get();
    expect(diagnose(sqlite, shipped)).toEqual({
      checked: ['integrity', 'schema', 'counters', 'claims', 'keys', 'search', 'memory'],
      findings: [],
    });
    expect(treat(sqlite, testClock(), shipped)).toMatchObject({ repaired: [], findings: [] });
    expect(changes.get()).toBe(before);
  });

  it.each([
    [
      "UPDATE tasks SET open_blockers = 4 WHERE key = 'S1.2'",
      'counters: Project 1, S1.2: open_blockers is 4, should be 0.',
    ],
    [
      "UPDATE tasks SET open_children = 0 WHERE key = 'S1'",
      'counters: Project 1, S1: open_children is 0, should be 1.',
    ],
    [
      "UPDATE tasks SET done_children = 3 WHERE key = 'S1'",
      'counters: Project 1, S1: done_children is 3, should be 1.',
    ],
    ['DROP TRIGGER tasks_no_delete', 'schema: The trigger tasks_no_delete is missing.'],
    [
      'DROP TRIGGER task_notes_no_delete; CREATE TRIGGER task_notes_no_delete BEFORE DELETE ON task_notes BEGIN SELECT 1; END',
      'schema: The trigger task_notes_no_delete is not the one that llmclis made.',
    ],
    ['CREATE TRIGGER mine AFTER INSERT ON tasks BEGIN SELECT 1; END', 'schema: The trigger mine is none of llmclis.'],
    ['DROP INDEX tasks_ready', 'schema: The index tasks_ready is missing.'],
    [
      "UPDATE memories SET status = 'forgotten', text = '' WHERE id = 1",
      'memory: Project 1, memory 1: it was forgotten and still has a text, a version or a vector.',
    ],
    [
      'UPDATE memories SET superseded_by = 2 WHERE id = 1',
      'memory: Project 1, memory 1: it is live and said to be replaced.',
    ],
    [
      "UPDATE memories SET superseded_by = 99, status = 'superseded' WHERE id = 1",
      'memory: Project 1, memory 1: what replaced it is not there.',
    ],
    ["UPDATE tasks SET claim_holder = NULL WHERE key = 'S1.2'", 'claims: Project 1, S1.2: its claim has no lease.'],
    ["UPDATE tasks SET status = 'blocked' WHERE key = 'S1.2'", 'claims: Project 1, S1.2: its claim has no lease.'],
    [
      "UPDATE tasks SET key = 'no-number' WHERE key = 'S2.1'",
      'keys: Project 1, no-number: its key cannot be written to the plan file, so that it is in the database alone.',
    ],
    [
      "DELETE FROM task_search_queue WHERE task_id = (SELECT id FROM tasks WHERE key = 'S2.2')",
      'search: Project 1, S2.2: the search does not know it.',
    ],
    ['DELETE FROM projects WHERE id = 2', 'integrity: Row 1 of tasks refers to a row of projects that is not there.'],
  ])('finds what %s leaves', (damage, message) => {
    expect(damaged(damage).found()).toEqual([message]);
  });

  it('stops at what cannot be asked any more', () => {
    const { found } = damaged('DROP TABLE task_search_queue; DROP TABLE task_deps');
    expect(found()[0]).toBe('schema: The table task_deps is missing.');
    expect(found().at(-1)).toMatch(/^counters: It cannot be read: no such table/);
  });

  it('repairs counters, and only these', () => {
    const { sqlite, found } = damaged(
      'UPDATE tasks SET open_blockers = 9, open_children = 9, done_children = 9; DROP TRIGGER tasks_no_delete',
    );
    const rest = sqlite.prepare('SELECT id, key, title, status, updated_at FROM tasks');
    const before = rest.all();
    const { repaired, findings } = treat(sqlite, testClock(), shipped);
    expect(repaired).toHaveLength(before.length);
    expect(findings.map(({ check }) => check)).toEqual(['schema']);
    expect(found()).toEqual(['schema: The trigger tasks_no_delete is missing.']);
    expect(rest.all()).toEqual(before);
  });
});

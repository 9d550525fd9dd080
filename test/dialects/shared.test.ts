import { describe, expect, it } from 'vitest';
import { chooseDialect } from '../../src/km/dialects/choose.ts';
import { sharedPlans } from '../plan/fixtures.ts';
import { importWorld, knownPlans, sharedSource } from './fixtures.ts';

const foreign = knownPlans().filter(({ file }) => file !== 'llmclis-plans.md');
const DIALECTS: Readonly<Record<string, string>> = {
  'infinite-agent-tasks.md': 'headed',
  'taskmaster-testcraft.tasks.json': 'taskmaster',
  'dstask-taskwarrior-export.json': 'taskwarrior',
  'backlogmd-self': 'backlog',
  'speckit-aikit-004.tasks.md': 'spec-kit',
  'kiro-rpidns-user-authentication.tasks.md': 'kiro',
  'conductor-ripweb-improve-extraction.plan.md': 'conductor',
  'openspec-fix-validate.tasks.md': 'openspec',
  'textual-roadmap.md': 'checklist',
  'todomd-TODO.md': 'todo-md',
  'native-launcher-plans.md': 'checklist',
  'execplan-pocket-cto-FP-0003.md': 'execplan',
  'org-ql-data.org': 'org',
  'obsidian-tasks-sample.md': 'obsidian',
};

describe.skipIf(foreign.length === 0)('the real plans of the shared data', () => {
  it.each(foreign)('$file is known by its content and imports to exactly its counts, twice', known => {
    const source = sharedSource(known.file);
    const chosen = chooseDialect(source, undefined, false);
    if (!chosen.ok || chosen.value.kind !== 'dialect') throw new Error(`${known.file} is not known.`);
    const { dialect } = chosen.value;
    expect(dialect.name).toBe(DIALECTS[known.file]);
    const world = importWorld();
    const take = () => world.take(dialect.read(source).items, { dialect: dialect.name, path: known.file });
    const { imported, updated, unchanged, conflicts } = take();
    expect({ updated, unchanged, conflicts }).toEqual({ updated: 0, unchanged: 0, conflicts: [] });
    expect(imported).toMatchObject({
      tasks: known.tasks,
      done: known.done,
      open: known.open,
      in_progress: known.in_progress ?? 0,
      cancelled: known.cancelled_or_deferred ?? 0,
    });
    const view = world.view();
    const history = world.database.sqlite.prepare('SELECT count(*) AS n FROM task_history').get();
    expect(take()).toMatchObject({ imported, updated: 0, unchanged: known.tasks, gone: [], conflicts: [] });
    expect(world.view()).toEqual(view);
    expect(world.database.sqlite.prepare('SELECT count(*) AS n FROM task_history').get()).toEqual(history);
    const tasks = world.km.listTasks({ project_id: world.project }).tasks;
    expect(tasks).toHaveLength(known.tasks);
    expect(tasks.filter(task => task.status === 'done')).toHaveLength(known.done);
    const edges = tasks.reduce((sum, task) => sum + task.depends_on.length, 0);
    if (known.dependency_edges !== undefined) expect(edges).toBe(known.dependency_edges);
  });
});

describe.skipIf(sharedPlans().size === 0)('our own plan', () => {
  it('is read by its own reader', () => {
    const text = sharedPlans().get('llmclis-plans.md') ?? '';
    expect(chooseDialect(sharedSource('llmclis-plans.md'), undefined, false)).toEqual({
      ok: true,
      value: { kind: 'own', path: '', text },
    });
  });
});

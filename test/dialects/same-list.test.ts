import { describe, expect, it } from 'vitest';
import { detectDialect } from '../../src/km/dialects/table.ts';
import { must } from '../km/fixtures.ts';
import { fileOf, importWorld, item } from './fixtures.ts';

const task = (id: number, title: string, status: string) => ({ id, title, status, dependencies: [] });
const json = (...tasks: readonly object[]) => JSON.stringify({ master: { tasks } });

/** Two lists each, made from one template: some titles are equal, the work is not. */
const TEMPLATES: Readonly<Record<string, { readonly name: string; readonly first: string; readonly second: string }>> =
  {
    openspec: {
      name: 'tasks.md',
      first:
        '## 1. Implementation\n- [x] 1.1 Write tests\n- [x] 1.2 Implement auth\n- [x] 1.3 Update documentation\n- [x] 1.4 Run lint\n',
      second:
        '## 1. Implementation\n- [ ] 1.1 Write tests\n- [ ] 1.2 Implement billing\n- [ ] 1.3 Update documentation\n',
    },
    kiro: {
      name: 'tasks.md',
      first:
        '# Implementation Plan\n\n- [x] 1. Set up project structure\n  - _Requirements: 1.1_\n- [x] 2. Login\n  - [x] 2.1 Write tests\n    - _Requirements: 1.1_\n- [x] 3. Checkpoint - Ensure all tests pass\n',
      second:
        '# Implementation Plan\n\n- [ ] 1. Set up project structure\n  - _Requirements: 1.1_\n- [ ] 2. Billing\n  - [ ] 2.1 Write tests\n    - _Requirements: 1.1_\n- [ ] 3. Checkpoint - Ensure all tests pass\n',
    },
    'a check list': {
      name: 'list.md',
      first: '- [x] Design\n- [x] Login form\n- [x] Write tests\n',
      second: '- [ ] Design\n- [ ] Invoice\n- [ ] Write tests\n',
    },
    taskmaster: {
      name: 'tasks.json',
      first: json(
        task(1, 'Set up', 'done'),
        task(2, 'Login', 'done'),
        task(3, 'Tests', 'done'),
        task(4, 'Mail', 'done'),
      ),
      second: json(
        task(1, 'Set up', 'pending'),
        task(2, 'Invoice', 'pending'),
        task(3, 'Tests', 'pending'),
        task(4, 'Tax', 'pending'),
      ),
    },
  };

function files() {
  const world = importWorld();
  const there = new Set<string>();
  const bring = (path: string, text: string) => {
    there.add(path);
    const source = fileOf(text, path.split('/').at(-1));
    const { dialect } = must(detectDialect(source));
    const plan = dialect.read(source);
    return world.take(plan.items, { dialect: dialect.name, path, isThere: earlier => there.has(earlier) });
  };
  const state = () => world.km.listTasks({ project_id: world.project }).tasks.map(one => `${one.title}: ${one.status}`);
  return { ...world, bring, state, remove: (path: string) => there.delete(path) };
}

describe('two lists made from one template', () => {
  it.each(Object.entries(TEMPLATES))('stay two: %s', (_, { name, first, second }) => {
    const world = files();
    const one = world.bring(`a/${name}`, first);
    const done = world.state();
    const other = world.bring(`b/${name}`, second);
    expect(other).toMatchObject({ updated: 0, unchanged: 0 });
    expect(other.same_as).toBeUndefined();
    const both = world.state();
    expect(both).toHaveLength(one.imported.tasks + other.imported.tasks);
    expect(both).toEqual(expect.arrayContaining(done));
    for (const [path, text] of [
      [`a/${name}`, first],
      [`b/${name}`, second],
    ] as const)
      expect(world.bring(path, text)).toMatchObject({ updated: 0, gone: [], conflicts: [] });
    expect(world.state()).toEqual(both);
  });

  it.each(Object.entries(TEMPLATES))('stay two when the first one is gone: %s', (_, { name, first, second }) => {
    const world = files();
    const one = world.bring(`a/${name}`, first);
    world.remove(`a/${name}`);
    const other = world.bring(`b/${name}`, second);
    expect(world.state()).toHaveLength(one.imported.tasks + other.imported.tasks);
    expect(world.state().filter(line => line.endsWith('done'))).toHaveLength(one.imported.done);
  });

  it('stay two when a list that is done is copied to be done again', () => {
    const world = files();
    const list = ['Tag', 'Build', 'Upload', 'Announce', 'Rest'].map(title => `- [x] ${title}\n`).join('');
    world.bring('release-1.md', list);
    expect(world.bring('release-2.md', list.replaceAll('x]', ' ]')).same_as).toBeUndefined();
    expect(world.state().filter(line => line.endsWith('done'))).toHaveLength(5);
    expect(world.state()).toHaveLength(10);
  });
});

describe('one list under two paths', () => {
  it.each(Object.entries(TEMPLATES))('is one, moved or copied: %s', (_, { name, first, second }) => {
    for (const text of [first, second])
      for (const isMoved of [true, false]) {
        const world = files();
        const { tasks } = world.bring(`a/${name}`, text).imported;
        const before = world.state();
        if (isMoved) world.remove(`a/${name}`);
        const again = world.bring(`b/${name}`, text);
        expect(again).toMatchObject({ updated: 0, unchanged: tasks, same_as: `a/${name}` });
        expect(world.state()).toEqual(before);
        expect(world.bring(`b/${name}`, text)).toMatchObject({ updated: 0, unchanged: tasks });
      }
  });

  it('is one when it went on after it was moved', () => {
    const world = files();
    world.bring('a.md', '- [x] One\n- [ ] Two\n- [ ] Three\n');
    world.remove('a.md');
    expect(world.bring('b.md', '- [x] One\n- [x] Two\n- [ ] Three\n- [ ] Four\n')).toMatchObject({
      updated: 1,
      unchanged: 2,
      same_as: 'a.md',
    });
    expect(world.state()).toEqual(['One: done', 'Two: done', 'Three: pending', 'Four: pending']);
  });

  it('is one when a long copy has a few new words', () => {
    const world = files();
    const list = (last: string) =>
      `${Array.from({ length: 20 }, (_, at) => `- [ ] Part ${at}`).join('\n')}\n- [ ] ${last}\n`;
    world.bring('a.md', list('Old'));
    expect(world.bring('b.md', list('New'))).toMatchObject({ unchanged: 20, same_as: 'a.md' });
    expect(world.state()).toHaveLength(22);
  });
});

describe('tasks that the project has under the same keys', () => {
  it('are taken up when they are all of the file, and said to be so', () => {
    const world = importWorld();
    for (const key of ['T1', 'T2'])
      must(world.km.addTask({ project_id: world.project, key, title: `Title ${key}` }, 'max'));
    const items = ['T1', 'T2'].map(key => item(key, { key }));
    expect(world.take(items)).toMatchObject({ unchanged: 2, same_as: 'the project' });
    expect(world.tasks()).toHaveLength(2);
  });

  it('are other tasks when most of the file is something else', () => {
    const world = importWorld();
    must(world.km.addTask({ project_id: world.project, key: 'T1', title: 'Title T1', status: 'done' }, 'max'));
    const taken = world.take(['T1', 'T2', 'T3'].map(key => item(key, { key })));
    expect(taken).toMatchObject({ updated: 0, unchanged: 0 });
    expect(taken.same_as).toBeUndefined();
    expect(world.tasks()).toHaveLength(4);
  });
});

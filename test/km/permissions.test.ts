import { beforeEach, describe, expect, it } from 'vitest';
import { answerTask, decide } from '../../src/app/people.ts';
import type { Project } from '../../src/km/km.ts';
import { addTasks, codeOf, makeWorld, must, type World } from './fixtures.ts';

let world: World;
let project: Project;
beforeEach(() => {
  world = makeWorld();
  project = must(world.km.project(world.project));
});

const NPM = { kind: 'network', what: 'registry.npmjs.org' } as const;
const said = () => world.km.grants(world.project).map(({ kind, what, allowed, by }) => ({ kind, what, allowed, by }));

describe('the words of people on the borders of a project', () => {
  it('the last one holds, and who said it is kept', () => {
    const granted = must(world.km.grant(world.project, 'network', 'https://Registry.npmjs.org/left-pad', 'ann'));
    expect(granted).toMatchObject({ ...NPM, allowed: true, by: 'ann', at: '2026-11-21T09:00:00Z' });
    world.clock.forward(60);
    must(world.km.revokeGrant(granted.id, 'bob'));
    expect(world.km.grants(world.project)).toMatchObject([{ allowed: false, by: 'bob', at: '2026-11-21T09:01:00Z' }]);
    must(world.km.grant(world.project, 'network', 'registry.npmjs.org', 'ann'));
    expect(said()).toEqual([{ ...NPM, allowed: true, by: 'ann' }]);
    expect(world.database.sqlite.prepare('SELECT count(*) FROM grants').pluck().get()).toBe(3);
  });

  it('said again it changes nothing, and each project has its own', () => {
    const first = must(world.km.grant(world.project, 'path', '/usr/share/dict/', 'ann'));
    expect(must(world.km.grant(world.project, 'path', '/usr/share/./dict', 'bob')).id).toBe(first.id);
    const other = must(world.km.addProject({ name: 'other', root: '/nowhere/other' }));
    expect(world.km.grants(other.id)).toEqual([]);
    must(world.km.denyGrant(other.id, 'path', '/usr/share/dict', 'ann'));
    expect(said()).toEqual([{ kind: 'path', what: '/usr/share/dict', allowed: true, by: 'ann' }]);
  });

  it('a port that is not the web’s is a part of the border', () => {
    const what = (text: string) => must(world.km.grant(world.project, 'network', text, 'ann')).what;
    expect(['http://Localhost:8080/x', 'a.example:443', 'a.example.:80'].map(what)).toEqual([
      'localhost:8080',
      'a.example',
      'a.example',
    ]);
  });

  it.each([
    ['network', 'two hosts'],
    ['network', 'a.example:0'],
    ['network', 'a.example:99999'],
    ['network', 'a_b.example'],
    ['network', ''],
    ['path', 'relative/folder'],
    ['path', '/'],
    ['path', '/..'],
    ['secret', 'sk-ant-not-a-name'],
    ['secret', ''],
  ] as const)('%s %j is refused and not repeated', (kind, what) => {
    const refused = world.km.grant(world.project, kind, what, 'ann');
    expect(codeOf(refused)).toBe('input.invalid');
    if (what.length > 8) expect(JSON.stringify(refused)).not.toContain(what);
    expect(said()).toEqual([]);
  });

  it('a number that is none is not found', () => {
    expect(codeOf(world.km.revokeGrant(7, 'ann'))).toBe('input.not_found');
  });
});

describe('tasks that ask for leave', () => {
  const ask = (id: number, permission: { kind: 'network' | 'path' | 'secret'; what: string } = NPM) =>
    must(
      world.km.markTaskStatus(id, 'blocked', { agent: 'coder', reason: 'permission', detail: 'May I?', permission }),
    );
  const statusOf = (key: string) => must(world.km.task(world.project, key)).status;

  it('wait in the order in which they asked, until they are open again', () => {
    const ids = addTasks(world, { T1: [], T2: [], T3: [] });
    ask(ids.T2 ?? 0);
    ask(ids.T1 ?? 0);
    expect(world.km.tasksAsking(world.project).map(({ key, permission }) => [key, permission])).toEqual([
      ['T2', NPM],
      ['T1', NPM],
    ]);
    must(world.km.markTaskStatus(ids.T2 ?? 0, 'pending', { agent: 'ann' }));
    must(world.km.markTaskStatus(ids.T2 ?? 0, 'blocked', { agent: 'ann', reason: 'permission', detail: 'by hand' }));
    expect(world.km.tasksAsking(world.project).map(({ key }) => key)).toEqual(['T1']);
  });

  it.each([
    ['allow', true, /Allowed by a person/],
    ['Yes', true, /Allowed by a person/],
    ['deny', false, /said no/],
    ['n', false, /said no/],
  ])('%s is remembered, and opens all that wait for the same', (word, allowed, note) => {
    const ids = addTasks(world, { T1: [], T2: [], T3: [] });
    ask(ids.T1 ?? 0);
    ask(ids.T2 ?? 0);
    ask(ids.T3 ?? 0, { kind: 'secret', what: 'NPM_TOKEN' });
    expect(must(answerTask(world.km, project, 'T2', word))).toMatchObject({ key: 'T2', status: 'pending' });
    expect(['T1', 'T2', 'T3'].map(statusOf)).toEqual(['pending', 'pending', 'blocked']);
    expect(said()).toEqual([{ ...NPM, allowed, by: 'person' }]);
    for (const key of ['T1', 'T2'])
      expect(world.km.notes(ids[key] ?? 0).map(({ text }) => text)).toEqual([expect.stringMatching(note)]);
    expect(world.km.notes(ids.T3 ?? 0)).toEqual([]);
  });

  it('another answer is a note and decides nothing', () => {
    const ids = addTasks(world, { T1: [] });
    ask(ids.T1 ?? 0);
    must(answerTask(world.km, project, 'T1', 'Use the copy in vendor/ instead'));
    expect(statusOf('T1')).toBe('pending');
    expect(world.km.notes(ids.T1 ?? 0)[0]?.text).toBe('Answer: Use the copy in vendor/ instead');
    expect(said()).toEqual([]);
  });

  it('are opened by the same word when it is said without a task, and keep their tries', () => {
    const ids = addTasks(world, { T1: [] });
    const turn = { run_id: 'r', role: 'coder', model: 'm', location: 'local', outcome: 'checks_failed' } as const;
    world.km.addAttempt(ids.T1 ?? 0, { ...turn, evidence: 'red', tokens_in: 1, tokens_out: 1, usd: 0 });
    ask(ids.T1 ?? 0);
    expect(must(decide(world.km, project, NPM, 'allow'))).toEqual(['T1']);
    expect(world.km.attempts(ids.T1 ?? 0)).toHaveLength(1);
  });
});

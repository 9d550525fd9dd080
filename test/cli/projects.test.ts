import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { init } from '../../src/cli/commands/init.ts';
import { planCheck, planSync } from '../../src/cli/commands/plan.ts';
import { projectAdd, projectArchive, projectList, projectShow } from '../../src/cli/commands/project.ts';
import { taskAccept, taskAnswer, taskReject } from '../../src/cli/commands/task-answer.ts';
import { fail, ok } from '../../src/core/failure.ts';
import type { Task } from '../../src/core/task.ts';
import type { Project } from '../../src/km/km.ts';
import { must, noBorders, testApp, type, typeJson } from './app.ts';

let world: ReturnType<typeof testApp>;
beforeEach(() => {
  world = testApp();
});
afterEach(() => world.close());

describe('project', () => {
  it('is added by its real folder, so that it is found again from inside', async () => {
    mkdirSync(join(world.folder, 'real'));
    symlinkSync(join(world.folder, 'real'), join(world.folder, 'link'));
    const added = await typeJson(projectAdd, world.app, ['link', '--name', 'linked']);
    expect(added).toMatchObject({
      exit: 0,
      json: { id: 2, name: 'linked', root: join(realpathSync(world.folder), 'real'), archived: false },
    });
    expect(await type(projectAdd, world.app, ['nowhere'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('There is no folder'),
    });
    writeFileSync(join(world.folder, 'file'), '');
    expect(await type(projectAdd, world.app, ['file'])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('is a file'),
    });
  });

  it('is listed with its counts, shown, put away and taken back', async () => {
    world.km.addTask({ project_id: 1, title: 'First' }, 'person');
    expect(await typeJson(projectList, world.app, [])).toMatchObject({
      json: { projects: [{ id: 1, name: 'textkit', counts: { pending: 1 } }] },
    });
    expect((await type(projectShow, world.app, [])).out).toContain('textkit');
    expect(await typeJson(projectArchive, world.app, ['--project_id', '1'])).toMatchObject({
      json: { archived: true },
    });
    expect(await typeJson(projectList, world.app, [])).toEqual({ exit: 0, json: { projects: [] } });
    expect(await typeJson(projectList, world.app, ['--archived'])).toMatchObject({ json: { projects: [{ id: 1 }] } });
    expect(await typeJson(projectArchive, world.app, ['--project_id', '1', '--restore'])).toMatchObject({
      json: { archived: false },
    });
  });
});

describe('plan', () => {
  it('sync answers with what moved', async () => {
    expect(await typeJson(planSync, world.app, [])).toEqual({
      exit: 0,
      json: { changed_files: [], to_database: 0, to_file: 0, conflicts: [] },
    });
    expect((await type(planSync, world.app, [])).out).toBe('In step, nothing to do.\n');
  });

  it('check ends with 2 for an error, 0 for a warning, and needs no project for a file', async () => {
    const problem = (level: 'error' | 'warning') => ({
      line: 3,
      level,
      message: 'S1.1 is there twice.',
      hint: 'Rename one.',
    });
    const app = (level: 'error' | 'warning') => ({
      ...world.app,
      project: () => fail('project.not_found', 'No project here.', 'llmclis init'),
      checkPlan: async (_project: unknown, file = 'plans.md') =>
        ok({ files: [file], problems: [{ file, ...problem(level) }] }),
    });
    expect(await typeJson(planCheck, app('error'), ['p.md'])).toEqual({
      exit: 2,
      json: { problems: [{ file: 'p.md', ...problem('error') }], errors: 1, warnings: 0 },
    });
    expect(await typeJson(planCheck, app('warning'), ['p.md'])).toMatchObject({ exit: 0, json: { warnings: 1 } });
    expect(await typeJson(planCheck, app('warning'), ['p.md', '--strict'])).toMatchObject({ exit: 2 });
    expect(await type(planCheck, app('error'), [])).toMatchObject({
      exit: 2,
      err: expect.stringContaining('No project here.'),
    });
  });
});

describe('init', () => {
  it('says what it found, wrote and kept', async () => {
    const report = {
      project: world.project,
      verify: ['npm test'],
      verify_from: 'package.json script "test"',
      written: ['plans.md'],
      kept: ['llmclis.yaml'],
      warnings: ['Commit first.'],
    };
    const given: object[] = [];
    const app = {
      ...noBorders,
      init: async (options: object) => {
        given.push(options);
        return ok(report);
      },
    };
    const { out } = await type(init, app, []);
    for (const part of [
      'npm test (from package.json script "test")',
      'wrote    plans.md',
      'kept     llmclis.yaml',
      'Commit first.',
    ])
      expect(out).toContain(part);
    expect(await typeJson(init, app, ['--name', 'x', '--verify', 'make'])).toEqual({ exit: 0, json: report });
    expect(given).toEqual([{}, { name: 'x', verify: 'make' }]);
  });
});

describe('a person’s word on a task', () => {
  it('is handed on between reading the plan and writing it', async () => {
    world.km.addTask({ project_id: 1, key: 'T1', title: 'First' }, 'person');
    const said: string[] = [];
    const say =
      (what: string) =>
      async (_project: Project, key: string, text = '') => {
        said.push(`${what} ${key} ${text}`.trim());
        world.asked.push(what);
        return ok<Task>(must(world.km.task(1, key)));
      };
    const app = { ...world.app, answerTask: say('answer'), acceptTask: say('accept'), rejectTask: say('reject') };
    await type(taskAnswer, app, ['T1', 'UTC,', 'always']);
    await type(taskAccept, app, ['T1']);
    await type(taskReject, app, ['T1', 'It drops the last row']);
    await type(taskReject, app, ['T1']);
    expect(said).toEqual([
      'answer T1 UTC, always',
      'accept T1',
      'reject T1 It drops the last row',
      'reject T1 A person rejected the work.',
    ]);
    expect(world.asked.slice(0, 3)).toEqual(['pull', 'answer', 'sync by person']);
    expect(await type(taskAnswer, app, ['T1'])).toMatchObject({ exit: 2, err: expect.stringContaining('needs TEXT') });
  });
});

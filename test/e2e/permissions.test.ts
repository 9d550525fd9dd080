import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTask } from '../../src/app/people.ts';
import type { RunEvent } from '../../src/core/event.ts';
import type { Project } from '../../src/km/km.ts';
import { runCli } from '../support/cli.ts';
import { of } from '../support/events.ts';
import { git, temporaryFolder, writeFiles } from '../support/repository.ts';
import { finish, makeScene, reply, type Scene, write } from '../support/run.ts';
import { dump } from '../support/state.ts';

const hasBubblewrap = existsSync('/usr/bin/bwrap');
const FILES = { 'package.json': '{"name":"scene","type":"module"}', 'src/x.js': 'export {};\n' };
const ask = (kind: string, what: string, why = 'The task needs it.') => ({
  name: 'request_permission',
  input: { kind, what, why },
});
const command = (line: string) => ({ name: 'run_command', input: { command: line } });
const taskFor = (key: string) => ({
  key,
  title: `Make ${key}`,
  description: `Write ${key}.txt.`,
  checks: [`test -f ${key}.txt`],
});
const NPM = { kind: 'network', what: 'registry.npmjs.org' } as const;

const projectOf = ({ app }: Scene): Project => {
  const project = app.project();
  if (!project.ok) throw new Error(project.error.message);
  return project.value;
};
const kmOf = ({ app }: Scene) => {
  const km = app.km();
  if (!km.ok) throw new Error(km.error.message);
  return km.value;
};
const answers = (events: readonly RunEvent[], name: string) =>
  of(events, 'tool.ended').flatMap(event => (event.name === name ? [event.text] : []));

describe('a model that needs to cross a border', () => {
  it('asks once for all tasks that need the same, the run goes on, and one answer opens them with their work kept', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, write('T1.txt', 'begun\n'), ask('network', 'https://registry.npmjs.org/left-pad')),
      reply('T2', 1, 1, ask('network', 'registry.npmjs.org')),
      ...['T3', 'T4', 'T5'].map(key => reply(key, 1, 1, ask('path', `/opt/${key}`))),
      reply('T6', 1, 1, write('T6.txt', 'six\n'), finish()),
      reply('T1', 2, 1, ask('network', 'registry.npmjs.org'), finish('One.')),
      reply('T2', 2, 1, write('T2.txt', 'two\n'), finish('Two.')),
    ]);
    for (const key of ['T1', 'T2', 'T3', 'T4', 'T5', 'T6']) scene.addTask(taskFor(key));
    const first = await scene.run({ merge: 'auto' });
    expect(first.summary).toMatchObject({ exit: 3, tasks: { done: 1, blocked: 5 } });
    expect(of(first.events, 'question.asked').map(({ task, permission }) => [task, permission])).toEqual([
      ['T1', NPM],
      ...['T3', 'T4', 'T5'].map(key => [key, { kind: 'path', what: `/opt/${key}` }]),
    ]);
    const blocked = of(first.events, 'task.blocked');
    expect(new Set(blocked.map(({ reason }) => reason))).toEqual(new Set(['permission']));
    expect(blocked[1]?.detail).toBe('Waits for the answer to T1: may commands reach the host registry.npmjs.org?');
    expect(of(first.events, 'run.finished')[0]?.next).toContain('llmclis task answer T1 allow|deny');

    expect(await scene.app.answerTask(projectOf(scene), 'T1', 'allow')).toMatchObject({ value: { status: 'pending' } });
    const second = await scene.run({ merge: 'auto' });
    expect(second.summary.tasks.done).toBe(2);
    expect(answers(second.events, 'request_permission')).toEqual([
      'Allowed already: commands may reach the host registry.npmjs.org. Go on.',
    ]);
    expect(of(second.events, 'brief.written')[0]?.text).toContain('Allowed by a person');
    expect(git(scene.root, 'show', 'HEAD:T1.txt')).toBe('begun');
  });

  it('that was denied is told so in the next try, and is refused at once when it asks again', async () => {
    const scene = await makeScene(FILES, [
      reply('T1', 1, 1, ask('secret', 'NPM_TOKEN')),
      reply(
        'T1',
        2,
        1,
        ask('secret', 'NPM_TOKEN'),
        ask('secret', 'sk-this-is-a-value'),
        write('T1.txt', 'done\n'),
        finish(),
      ),
    ]);
    scene.addTask(taskFor('T1'));
    const first = await scene.run();
    expect(of(first.events, 'question.asked')).toHaveLength(1);
    await scene.app.answerTask(projectOf(scene), 'T1', 'deny');
    const { events, summary } = await scene.run();
    expect(summary.tasks.done).toBe(1);
    expect(of(events, 'brief.written')[0]?.text).toContain(
      'A person said no: commands may not get the secret NPM_TOKEN. Do it another way.',
    );
    const [again, wrong] = answers(events, 'request_permission');
    expect(again).toBe('A person has said no: commands may not get the secret NPM_TOKEN. Do it another way.');
    expect(wrong).not.toContain('sk-this-is-a-value');
    expect(of(events, 'question.asked')).toEqual([]);
  });
});

describe.skipIf(!hasBubblewrap)('in the sandbox (bwrap)', () => {
  const person = () => {
    const home = temporaryFolder('llmclis-person-');
    writeFiles(home, { 'corpus/words.txt': 'words of the person\n', '.netrc': 'password of-the-person\n' });
    return { HOME: home, CI_DEPLOY: 'a-value-of-the-person-4711' };
  };

  it('an answer holds for the very run that asked: the folder can be read, and nothing beside it', async () => {
    const env = person();
    const scene = await makeScene(
      FILES,
      [
        reply('T1', 1, 1, command(`cat ${env.HOME}/corpus/words.txt`), ask('path', `${env.HOME}/corpus`)),
        reply(
          'T1',
          2,
          1,
          command(`cat ${env.HOME}/corpus/words.txt; cat ${env.HOME}/.netrc; touch ${env.HOME}/corpus/x`),
        ),
        reply('T1', 2, 2, write('T1.txt', 'done\n'), finish()),
      ],
      env,
    );
    scene.addTask(taskFor('T1'));
    const { events, summary } = await scene.run({ no_sandbox: false }, event => {
      if (event.type === 'task.blocked') answerTask(kmOf(scene), projectOf(scene), 'T1', 'yes');
    });
    const [before, after] = answers(events, 'run_command');
    expect(before).toMatch(/No such file/);
    expect(after).toContain('words of the person');
    expect(after).not.toContain('of-the-person');
    expect(existsSync(join(env.HOME, 'corpus/x'))).toBe(false);
    expect(summary.tasks.done).toBe(1);
  });

  it('a secret is handed to commands by its name only after a grant, and its value is kept nowhere', async () => {
    const env = person();
    const value = env.CI_DEPLOY;
    const look = command(
      'echo "it is <$CI_DEPLOY>"; printf %s "$CI_DEPLOY" | base64; printf %s "$CI_DEPLOY" | od -An -tx1 | tr -d " \\n"',
    );
    const scene = await makeScene(
      FILES,
      [
        reply('T1', 1, 1, look),
        reply('T1', 1, 2, write('T1.txt', `${value}\n`), finish()),
        reply('T2', 1, 1, look),
        reply('T2', 1, 2, write('T2.txt', 'x'), finish(`It is ${value}.`)),
      ],
      env,
    );
    scene.addTask(taskFor('T1'));
    scene.addTask({ ...taskFor('T2'), depends_on: ['T1'] });
    const { events } = await scene.run({ no_sandbox: false, merge: 'auto' }, event => {
      if (event.type === 'task.done' && event.task === 'T1')
        kmOf(scene).grant(scene.projectId, 'secret', 'CI_DEPLOY', 'person');
    });
    const [without, granted] = answers(events, 'run_command');
    expect(without).toContain('it is <>');
    expect(granted?.match(/\[redacted:CI_DEPLOY\]/g)).toHaveLength(3);
    expect(JSON.stringify(of(events, 'task.done').at(-1))).toContain('T2');
    const kept = JSON.stringify(dump(scene).tables);
    // What the model wrote before it was a secret was not known to be one.
    expect(kept.split(value).length - 1).toBe(
      of(events, 'tool.started').filter(one => JSON.stringify(one).includes(value)).length * 2,
    );
    expect(git(scene.root, 'log', '--format=%B')).not.toContain(value);
  });

  it('what a cloned project proposes takes effect after a person’s word only', async () => {
    const env = person();
    const files = { ...FILES, 'llmclis.yaml': 'readable: ~/corpus\nnetwork: [registry.npmjs.org]\n' };
    const look = command(`cat ${env.HOME}/corpus/words.txt`);
    const scene = await makeScene(
      files,
      ['T1', 'T2'].map(key => reply(key, 1, 1, look, write(`${key}.txt`, 'x\n'), finish())),
      env,
    );
    const project = projectOf(scene);
    scene.addTask(taskFor('T1'));
    const closed = await scene.run({ no_sandbox: false });
    expect(answers(closed.events, 'run_command')[0]).toMatch(/No such file/);
    const report = await scene.app.permissions(project);
    if (!report.ok) throw new Error(report.error.message);
    expect(report.value.proposed).toEqual([NPM, { kind: 'path', what: `${env.HOME}/corpus` }]);
    await scene.app.decidePermissions(project, report.value.proposed, 'allow');
    expect(await scene.app.permissions(project)).toMatchObject({
      value: { proposed: [], grants: [{ allowed: true }, { allowed: true }] },
    });
    scene.addTask(taskFor('T2'));
    const open = await scene.run({ no_sandbox: false });
    expect(answers(open.events, 'run_command')[0]).toContain('words of the person');
    expect(of(open.events, 'question.asked')).toEqual([]);
  });
});

describe('a person’s word', () => {
  it('for one project holds against their own settings for all', async () => {
    const scene = await makeScene(FILES, [], { LLMCLIS_NETWORK: 'registry.npmjs.org' });
    const project = projectOf(scene);
    const own = async () => {
      const report = await scene.app.permissions(project);
      return report.ok ? report.value.own : report.error;
    };
    expect(await own()).toEqual([NPM]);
    await scene.app.decidePermissions(project, [NPM], 'deny');
    expect(await own()).toEqual([]);
  });

  it('in their own settings answers a model at once', async () => {
    const replies = [reply('T1', 1, 1, ask('network', NPM.what)), reply('T1', 1, 2, write('T1.txt', 'x\n'), finish())];
    const scene = await makeScene(FILES, replies, { LLMCLIS_NETWORK: NPM.what });
    scene.addTask(taskFor('T1'));
    const { events } = await scene.run();
    expect(answers(events, 'request_permission')[0]).toContain('Allowed already');
    expect(of(events, 'question.asked')).toEqual([]);
    expect(of(events, 'task.done')).toHaveLength(1);
  });

  it('cannot open the project or the data folder', async () => {
    const scene = await makeScene(FILES, []);
    const project = projectOf(scene);
    for (const what of [join(scene.root, 'src'), scene.home, '/tmp'])
      expect(await scene.app.decidePermissions(project, [{ kind: 'path', what }], 'allow')).toMatchObject({
        ok: false,
        error: { code: 'input.invalid', message: expect.stringContaining('never shown') },
      });
  });
});

describe('llmclis permissions', () => {
  it('lists, allows, denies and takes back; a run that nobody watches says what is only proposed', async () => {
    const scene = await makeScene({ ...FILES, 'llmclis.yaml': 'network: [registry.npmjs.org]\n' }, []);
    const cli = (...words: string[]) => runCli([...words, '--json'], { cwd: scene.root, home: scene.home });
    expect(cli('permissions')).toMatchObject({ exit: 0, json: [{ grants: [], proposed: [NPM], asking: [] }] });
    const run = runCli(['orchestrate', '--registry', scene.registry, '--no-sandbox'], {
      cwd: scene.root,
      home: scene.home,
    });
    expect(run.exit).toBe(0);
    expect(run.err).toContain('Not allowed yet, only proposed by llmclis.yaml: reach the host registry.npmjs.org.');
    expect(run.err).toContain('llmclis permissions allow --project_id 1');
    expect(cli('permissions', 'allow')).toMatchObject({ exit: 0, json: [{ allowed: [NPM], opened: [] }] });
    expect(cli('permissions', 'list')).toMatchObject({
      json: [{ grants: [{ id: 1, ...NPM, allowed: true, by: 'person' }] }],
    });
    expect(cli('permissions', 'revoke', '1')).toMatchObject({ exit: 0, json: [{ ...NPM, allowed: false }] });
    expect(cli('permissions', 'deny', 'path', '/opt/x')).toMatchObject({
      exit: 0,
      json: [{ denied: [{ what: '/opt/x' }] }],
    });
    for (const words of [
      ['allow', 'network'],
      ['allow', 'network', 'not a host'],
      ['allow', 'planet', 'mars'],
      ['revoke', '99'],
      ['revoke', 'x'],
    ])
      expect(cli('permissions', ...words).exit, words.join(' ')).toBe(2);
  });
});

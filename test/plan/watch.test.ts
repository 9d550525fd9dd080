import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';
import { MIGRATIONS, must, testClock } from '../km/fixtures.ts';
import { runCli } from '../support/cli.ts';
import { read, temporaryFolder } from '../support/repository.ts';
import { SHIPPED } from '../support/run.ts';

type Event = Record<string, unknown>;

const TASK = (key: string, box = ' ') => `- [${box}] **${key} – Title of ${key}**\n`;

/** The events of a process as they come; each is waited for once. */
function startWatching(place: { readonly cwd: string; readonly home: string }) {
  const env = { PATH: process.env.PATH ?? '', LLMCLIS_HOME: place.home };
  const words = [join(SHIPPED, 'src/bin.ts'), 'plan', 'watch', '--json'];
  const child = spawn(process.execPath, words, { cwd: place.cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let out = '';
  let taken = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    wake();
  });
  const ended = new Promise<number | null>(resolve => child.on('close', resolve));
  const events = () =>
    out
      .split('\n')
      .slice(0, -1)
      .map(line => JSON.parse(line) as Event);
  return {
    events,
    ended,
    stop: () => child.kill('SIGINT'),
    /** The next event that fits; those before it are passed over. */
    next: (fits: (event: Event) => boolean) =>
      new Promise<Event>((resolve, reject) => {
        const look = () => {
          const all = events();
          const place = all.findIndex((event, index) => index >= taken && fits(event));
          if (place < 0) return;
          taken = place + 1;
          waiting.delete(look);
          resolve(all[place] ?? {});
        };
        waiting.add(look);
        look();
        void ended.then(exit => reject(new Error(`It ended with ${exit}: ${out}`)));
      }),
  };
}

/** A project whose plan is watched by a process of its own, from the first sync on. */
async function watched(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  const place = { cwd: join(folder, 'project'), home: join(folder, 'home') };
  mkdirSync(place.cwd);
  const write = (name: string, text: string) => writeFileSync(join(place.cwd, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  expect(runCli(['project', 'add', '--name', 'demo'], place).exit).toBe(0);
  const watcher = startWatching(place);
  expect(await watcher.next(() => true)).toMatchObject({ type: 'plan.watching', files: ['plans.md'] });
  await watcher.next(taken);
  return {
    ...watcher,
    place,
    write,
    plan: () => read(place.cwd, 'plans.md'),
    rename: (from: string, to: string) => renameSync(join(place.cwd, from), join(place.cwd, to)),
    task: (key: string) => runCli(['task', 'show', key, '--json'], place).json[0] ?? {},
  };
}

const taken = (event: Event) => event.type === 'plan.synced' && Number(event.to_database) > 0;
const given = (event: Event) => event.type === 'plan.synced' && Number(event.to_file) > 0;

describe('plan watch', () => {
  it('takes what editors write, in place or by renaming, and ends cleanly', async () => {
    const world = await watched({ 'plans.md': TASK('A1') + TASK('A2') });
    world.write('plans.md', TASK('A1', 'x') + TASK('A2'));
    await world.next(taken);
    expect(world.task('A1')).toMatchObject({ status: 'done' });
    world.write('next.md', world.plan().replace('- [ ] **A2', '- [x] **A2'));
    world.rename('next.md', 'plans.md');
    await world.next(taken);
    expect(world.task('A2')).toMatchObject({ status: 'done' });
    world.stop();
    expect(await world.ended).toBe(130);
  });

  it('writes what another process did to the database alone', async () => {
    const world = await watched({ 'plans.md': TASK('A1') });
    const database = must(openDatabase(join(world.place.home, 'llmclis.db'), { migrations: MIGRATIONS }));
    const km = createKm(database, testClock());
    must(km.appendTaskNote(must(km.task(1, 'A1')).id, 'from elsewhere', 'coder'));
    database.sqlite.close();
    await world.next(given);
    expect(world.plan()).toContain('(coder): from elsewhere');
    world.stop();
    await world.ended;
  });

  it('takes nothing away when a file is emptied, and goes on when it is back', async () => {
    const world = await watched({ 'plans.md': TASK('A1') });
    world.write('plans.md', '');
    const warned = await world.next(event => event.type === 'plan.synced');
    expect(warned.conflicts).toEqual([{ key: 'plans.md', field: 'file', file: 'empty', database: 'all tasks kept' }]);
    expect(world.task('A1')).toMatchObject({ status: 'pending', vanished: false });
    world.write('plans.md', TASK('A1') + TASK('A2'));
    await world.next(taken);
    expect(world.task('A2')).toMatchObject({ status: 'pending' });
    world.stop();
    await world.ended;
  });

  it('says once that there is a merge conflict, and goes on when it is resolved', async () => {
    const world = await watched({ 'plans.md': TASK('A1') });
    world.write('plans.md', `<<<<<<< HEAD\n${TASK('A1')}=======\n${TASK('A1', 'x')}>>>>>>> other\n`);
    const trouble = await world.next(event => event.type === 'plan.trouble');
    expect(trouble.error).toMatchObject({ code: 'plan.invalid' });
    world.write('plans.md', `<<<<<<< HEAD\n${TASK('A1')}=======\n${TASK('A1', 'x')}>>>>>>> theirs\n`);
    world.write('plans.md', TASK('A1', 'x'));
    await world.next(event => event.type === 'plan.mended');
    await world.next(taken);
    expect(world.task('A1')).toMatchObject({ status: 'done' });
    expect(world.events().filter(event => event.type === 'plan.trouble')).toHaveLength(1);
    world.stop();
    await world.ended;
  });

  it('follows the settings to other files', async () => {
    const world = await watched({ 'plans.md': TASK('A1') });
    world.write('more.md', TASK('M1'));
    world.write('llmclis.yaml', 'plans: ["*.md"]\n');
    await world.next(taken);
    expect(world.task('M1')).toMatchObject({ status: 'pending' });
    world.write('later.md', TASK('L1'));
    await world.next(taken);
    expect(world.task('L1')).toMatchObject({ status: 'pending' });
    world.stop();
    await world.ended;
  });
});

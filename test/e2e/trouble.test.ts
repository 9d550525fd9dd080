import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect as connectTo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import { runCli } from '../support/cli.ts';
import { once } from '../support/events.ts';
import { damageOf, must } from '../support/km-world.ts';
import { git, temporaryFolder } from '../support/repository.ts';
import { eventsOf, layOutWork, type WorkWorld, workHere, workProblems } from '../support/work-world.ts';

const at = (type: RunEvent['type'], nth: number, work: () => void) => {
  let seen = 0;
  return once(event => event.type === type && ++seen === nth, work);
};
/** After whatever went wrong the same command finishes the work, each task done once. */
async function expectToGoOn(world: WorkWorld, tasks: number): Promise<void> {
  expect(must(await workHere(world))).toMatchObject({ exit: 0, tasks: { left: 0 } });
  expect([...workProblems(world, tasks), ...damageOf(world)]).toEqual([]);
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && tryMount();
function tryMount(): boolean {
  const folder = '/tmp/llmclis-can-mount';
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
  return mounted;
}
/** A disk of its own at this folder; `fill` leaves no byte of it, `free` gives them back. */
function smallDisk(folder: string, size: string) {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  const filler = join(folder, 'filler');
  return {
    fill: () => void spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4k'], { stdio: 'ignore' }),
    free: () => rmSync(filler, { force: true }),
    readOnly: (yes: boolean) => execFileSync('mount', ['-o', `remount,${yes ? 'ro' : 'rw'}`, folder]),
  };
}

describe.skipIf(!canMount)('a full disk (needs the right to mount a small one)', () => {
  it.each(['turn.started', 'merge.intended'] as const)(
    'under database and worktrees at %s: the run ends, and goes on when there is room',
    async type => {
      const folder = temporaryFolder();
      const disk = smallDisk(join(folder, 'home'), '24m');
      const world = await layOutWork(folder, 1);
      const ended = await workHere(world, at(type, 1, disk.fill));
      expect(ended.ok ? ended.value.exit : ended.error.code).toBeOneOf([4, 'database.unusable', 'git.failed']);
      disk.free();
      await expectToGoOn(world, 1);
    },
  );

  it('under the repository and its plan: what cannot be written now is written when there is room', async () => {
    const folder = temporaryFolder();
    const disk = smallDisk(join(folder, 'project'), '12m');
    const world = await layOutWork(folder, 1);
    const before = readFileSync(join(world.root, 'plans.md'), 'utf8');
    const ended = await workHere(world, at('turn.ended', 1, disk.fill));
    expect(ended.ok ? ended.value.exit : ended.error.code).toBeOneOf([4, 'git.failed']);
    const plan = readFileSync(join(world.root, 'plans.md'), 'utf8');
    expect(plan.length).toBeGreaterThanOrEqual(before.length);
    disk.free();
    await expectToGoOn(world, 1);
  });

  it('under a backup: no half of one stays, and the next has its name', async () => {
    const folder = temporaryFolder();
    const disk = smallDisk(join(folder, 'small'), '1m');
    const world = await layOutWork(folder, 1);
    const place = { cwd: world.root, home: world.home };
    disk.fill();
    const refused = runCli(['backup', join(folder, 'small', 'copy.db'), '--json'], place);
    expect(refused).toMatchObject({ exit: 4, json: [{ error: { code: 'database.unusable' } }] });
    expect(refused.err).not.toContain('    at ');
    expect(readdirSync(join(folder, 'small'))).toEqual(['filler']);
    disk.free();
    expect(runCli(['backup', join(folder, 'small', 'copy.db')], place).exit).toBe(0);
  });

  it('that cannot be written at all: commands say so and change nothing', async () => {
    const folder = temporaryFolder();
    const disk = smallDisk(join(folder, 'home'), '24m');
    const world = await layOutWork(folder, 1);
    disk.readOnly(true);
    const place = { cwd: world.root, home: world.home };
    for (const words of [
      ['orchestrate', '--registry', world.registry, '--no-sandbox'],
      ['task', 'add', 'More'],
    ]) {
      const refused = runCli([...words, '--json'], place);
      expect(refused, words.join(' ')).toMatchObject({ exit: 4 });
      expect(refused.err).not.toContain('    at ');
    }
    disk.readOnly(false);
    await expectToGoOn(world, 1);
  });
});

describe('a database', () => {
  it('that another program holds for seconds is waited for', async () => {
    const world = await layOutWork(temporaryFolder(), 1);
    const hold = `const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(${JSON.stringify(join(world.home, 'llmclis.db'))}, { timeout: 5000 });
      db.exec('BEGIN IMMEDIATE'); console.log('held'); setTimeout(() => db.exec('ROLLBACK'), 1500);`;
    let held = false;
    const holder = at('turn.started', 1, () => {
      const child = spawn(process.execPath, ['-e', hold], { stdio: ['ignore', 'pipe', 'ignore'] });
      child.stdout.on('data', () => {
        held = true;
      });
    });
    expect(must(await workHere(world, holder))).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(held).toBe(true);
    expect(workProblems(world, 1)).toEqual([]);
  });

  it.each(['removed', 'replaced'] as const)(
    'that is %s underneath ends the run at once, and all it wrote is kept in a copy to restore',
    async how => {
      const world = await layOutWork(temporaryFolder(), 1);
      const file = join(world.home, 'llmclis.db');
      const seen: RunEvent[] = [];
      const away = at('turn.started', 1, () => {
        renameSync(file, `${file}.away`);
        for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
        if (how === 'replaced') copyFileSync(`${file}.away`, file);
      });
      const ended = await workHere(world, event => {
        seen.push(event);
        away(event);
      });
      expect(ended).toMatchObject({ ok: false, error: { code: 'database.unusable' } });
      expect(seen.at(-1)).toMatchObject({ type: 'turn.started' });
      const copy = (ended.ok ? '' : ended.error.hint).replace('Put it back: llmclis restore ', '');
      expect(existsSync(copy)).toBe(true);
      expect(runCli(['restore', copy, '--force'], { cwd: world.root, home: world.home })).toMatchObject({ exit: 0 });
      expect(eventsOf(world)).toEqual(seen);
      await expectToGoOn(world, 1);
    },
  );

  it('that is damaged ends a run before it begins, and says which backup to put back', async () => {
    const world = await layOutWork(temporaryFolder(), 1);
    const place = { cwd: world.root, home: world.home };
    expect(runCli(['backup'], place).exit).toBe(0);
    const [backup = ''] = readdirSync(join(world.home, 'backups'));
    // A leaf of the tasks' table is rubbish; the pages that every command reads first are whole.
    const file = join(world.home, 'llmclis.db');
    const bytes = readFileSync(file);
    bytes.fill(0x5a, bytes.indexOf('Make part 1') & ~4095, (bytes.indexOf('Make part 1') & ~4095) + 8);
    writeFileSync(file, bytes);
    const words = ['orchestrate', '--registry', world.registry, '--no-sandbox', '--json'];
    const refused = runCli(words, place);
    expect(refused).toMatchObject({ exit: 4, json: [{ error: { code: 'database.unusable' } }] });
    expect(JSON.stringify(refused.json)).toMatch(new RegExp(`llmclis restore [^"]*${backup}`));
    expect(runCli(['restore', join(world.home, 'backups', backup)], place).exit).toBe(0);
    await expectToGoOn(world, 1);
  });
});

describe('what others do meanwhile', () => {
  it('a worktree that is removed by hand costs its turn and nothing else', async () => {
    const world = await layOutWork(temporaryFolder(), 1);
    const folder = join(world.home, 'worktrees', '1', 'P1');
    await workHere(
      world,
      at('turn.started', 1, () => rmSync(folder, { recursive: true, force: true })),
    );
    await expectToGoOn(world, 1);
  });

  it('a run branch that is deleted holds all the work again after the next merge', async () => {
    const world = await layOutWork(temporaryFolder(), 2);
    const drop = at('turn.started', 2, () => {
      for (const { name } of branches(world)) git(world.root, 'update-ref', '-d', name);
    });
    expect(must(await workHere(world, drop))).toMatchObject({ exit: 0, tasks: { done: 2 } });
    expect(workProblems(world, 2)).toEqual([]);
  });

  it('a run branch that is rewritten keeps what it was rewritten to: only later work is added', async () => {
    const world = await layOutWork(temporaryFolder(), 2);
    const rewrite = at('turn.started', 2, () => {
      const tree = git(world.root, 'rev-parse', 'main^{tree}');
      const other = git(world.root, 'commit-tree', tree, '-p', 'main', '-m', 'Instead');
      for (const { name } of branches(world)) git(world.root, 'update-ref', name, other);
    });
    expect(must(await workHere(world, rewrite))).toMatchObject({ exit: 0, tasks: { done: 2 } });
    const [{ name = '' } = {}] = branches(world);
    expect(git(world.root, 'log', '--format=%s', name).split('\n')).toEqual(['P2: Make part 2', 'Instead', 'Start']);
    expect(git(world.root, 'ls-tree', '-r', '--name-only', name)).not.toContain('P1.txt');
  });

  it('a clock that jumps a day forward and two back changes nothing but the times', async () => {
    const world = await layOutWork(temporaryFolder(), 2);
    let shift = 0;
    const clock = { ...systemClock, now: () => new Date(Date.now() + shift) };
    const jumps = [
      at('turn.started', 1, () => (shift += 86_400_000)),
      at('turn.started', 2, () => (shift -= 172_800_000)),
    ];
    const seen: number[] = [];
    const ended = await workHere(
      world,
      event => {
        seen.push(event.seq);
        for (const jump of jumps) jump(event);
      },
      { clock },
    );
    expect(must(ended)).toMatchObject({ exit: 0, tasks: { done: 2 } });
    expect(seen).toEqual(seen.map((_, index) => index + 1));
    expect(workProblems(world, 2)).toEqual([]);
  });
});

const branches = (world: WorkWorld): readonly { readonly name: string }[] =>
  git(world.root, 'for-each-ref', '--format=%(refname)', 'refs/heads/llmclis/run-*')
    .split('\n')
    .map(name => ({ name }));

/** Passes everything on to a port until it is killed; comes back at the same place. */
async function fragile(target: number) {
  const sockets = new Set<Socket>();
  const open = (port: number): Promise<Server> =>
    new Promise(resolve => {
      const server = createServer(socket => {
        const behind = connectTo(target, '127.0.0.1');
        for (const one of [socket, behind]) sockets.add(one.on('error', () => undefined));
        socket.pipe(behind).pipe(socket);
      });
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await open(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const kill = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  const comeBack = async (): Promise<void> => {
    server = await open(port);
  };
  return { url: `http://127.0.0.1:${port}`, kill, comeBack };
}

describe('a model server', () => {
  it('that is killed in the middle of a reply and comes back is asked again, once, and the task is done', async () => {
    const world = await layOutWork(temporaryFolder(), 1);
    let asked = 0;
    const ollama = await scriptedOllama({
      models: ['tiny:1b'],
      reply: () => {
        asked += 1;
        if (asked === 1) return { text: 'I am thinking about it', fault: { kind: 'stall', after_parts: 1 } };
        const [name, input] =
          asked === 2 ? ['write_file', { path: 'parts/P1.txt', content: 'P1\n' }] : ['finish', { summary: 'Made P1.' }];
        return { calls: [{ name: `${name}`, input: input as Record<string, unknown> }] };
      },
    });
    const server = await fragile(Number(new URL(ollama.url).port));
    onTestFinished(async () => {
      server.kill();
      await ollama.close();
    });
    const model =
      '{provider: here, id: "tiny:1b", context: {window: 32768, max_output: 1024}, capabilities: {tools: true}}';
    writeFileSync(
      world.registry,
      `version: 1\nproviders:\n  here: {kind: ollama, base_url: "${server.url}", location: local}\nmodels:\n  tiny: ${model}\nroles:\n  coder: {ladder: [tiny], needs: [tools]}\n`,
    );
    const killed = at('model.called', 1, () => {
      setTimeout(() => {
        server.kill();
        setTimeout(() => void server.comeBack(), 50);
      }, 200);
    });
    const failures: RunEvent[] = [];
    const ended = await workHere(world, event => {
      killed(event);
      if (event.type === 'model.failed') failures.push(event);
    });
    expect(must(ended)).toMatchObject({ exit: 0, tasks: { done: 1 } });
    expect(failures.length).toBeGreaterThan(0);
    expect(workProblems(world, 1)).toEqual([]);
  });
});

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Clock, newId } from '../../../core/clock.ts';
import { isAlive } from '../processes.ts';
import { systemCalls } from '../seccomp.ts';
import { DOTFILES } from './files.ts';
import type { Scene } from './probe.ts';

/** What the host saw of the attacks, by the probe's name: a sentence each. */
export type Seen = Readonly<Record<string, string>>;
export type OpenScene = { readonly scene: Scene; seen(): Seen; close(): void };

/** A socket's name that is longer does not fit its address. */
const LONGEST_SOCKET = 100;

/** Makes the things an attacker would like to reach, in a folder under `temp`, with servers and a process of their own. */
export async function openScene(temp: string, clock: Clock): Promise<OpenScene> {
  const top = realpathSync(mkdtempSync(join(temp, 'scene-')));
  const word = `llmclis${newId(clock).replace(/\W/g, '').slice(-10)}`;
  const secret = `canary${newId(clock).replace(/\W/g, '').slice(-10)}`;
  const places = {
    root: join(top, 'data/worktrees/own'),
    home: join(top, 'home'),
    data: join(top, 'data'),
    project: join(top, 'project'),
  };
  const files = filesOf(places, secret);
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const elsewhere = [join(tmpdir(), word), join('/dev/shm', word)].filter(path => existsSync(dirname(path)));
  for (const path of elsewhere) writeFileSync(path, secret);
  const inRoot = join(places.root, 'socket');
  const socket = inRoot.length <= LONGEST_SOCKET ? inRoot : join(tmpdir(), `${word}-socket`);
  const hosts = await openHosts(socket, `${word}-abstract`);
  const witness = spawn('sleep', ['600'], {
    argv0: `${word}-process`,
    env: { SECRET: secret },
    cwd: '/',
    stdio: 'ignore',
  });
  await once(witness, 'spawn');
  const scene: Scene = {
    ...places,
    ...{ socket, abstract: `${word}-abstract`, tcp: hosts.tcp, udp: hosts.udp },
    ...{ witness: witness.pid ?? 0, word, secret, calls: systemCalls(process.arch) ?? {} },
  };
  return {
    scene,
    seen: () => ({ ...hosts.seen(), ...seenOf(scene, files, witness) }),
    close() {
      witness.kill('SIGKILL');
      hosts.close();
      for (const path of [...elsewhere, socket, top]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function filesOf(places: Pick<Scene, 'root' | 'home' | 'data' | 'project'>, secret: string): Map<string, string> {
  const { root, home, data, project } = places;
  const config = `[core]\n\tbare = false\n[remote "origin"]\n\turl = https://ada:${secret}@example.org/a.git\n[http]\n\textraheader = AUTHORIZATION: ${secret}\n`;
  return new Map([
    ...DOTFILES.map(name => [join(home, name), `${secret}\n`] as const),
    [join(home, '.bashrc'), '# as it was\n'],
    [join(home, '.profile'), '# as it was\n'],
    [join(data, 'llmclis.db'), `${secret}\n`],
    [join(data, 'worktrees/other/file'), 'as it was\n'],
    [join(root, '.git'), `gitdir: ${project}/.git/worktrees/own\n`],
    [join(project, '.env'), `KEY=${secret}\n`],
    [join(project, '.git/HEAD'), 'ref: refs/heads/main\n'],
    [join(project, '.git/config'), config],
    [join(project, '.git/hooks/sample'), 'as it was\n'],
  ]);
}

/** Servers that should hear nothing. */
async function openHosts(socket: string, abstract: string) {
  const heard: Record<string, string> = {};
  const listen = async (name: string, where: (server: Server) => void): Promise<Server> => {
    const server = createServer(connection => {
      heard[name] = 'a server of the host was connected to';
      connection.destroy();
    });
    where(server);
    await once(server, 'listening');
    return server;
  };
  const servers = await Promise.all([
    listen('host-socket', server => server.listen(socket)),
    listen('abstract-socket', server => server.listen(`\0${abstract}`)),
    listen('host-loopback', server => server.listen(0, '127.0.0.1')),
  ]);
  const udp = createSocket('udp4').on('message', () => {
    heard.udp = 'a packet came to the host';
  });
  udp.bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const address = servers[2].address();
  return {
    tcp: address !== null && typeof address === 'object' ? address.port : 0,
    udp: udp.address().port,
    seen: (): Seen => ({ ...heard }),
    close() {
      for (const server of servers) server.close();
      udp.close();
    },
  };
}

/** What a probe may have left behind, whatever it said itself. */
function seenOf(scene: Scene, files: ReadonlyMap<string, string>, witness: ChildProcess): Seen {
  const seen: Record<string, string> = {};
  const changed = [...files].filter(([path, text]) => readOr(path) !== text).map(([path]) => path);
  if (changed.length > 0) seen['write-outside'] = `changed: ${changed.join(', ')}`;
  const planted = join(scene.project, '.git/hooks/pre-commit');
  if (existsSync(planted)) seen['write-git-hook'] = `${planted} is there`;
  if (existsSync(join(scene.root, '../escaped-file'))) seen['write-outside'] = 'a file beside the worktree is there';
  if (existsSync('/usr/.llmclis-probe')) {
    rmSync('/usr/.llmclis-probe', { force: true });
    seen['write-system'] = '/usr/.llmclis-probe was there';
  }
  if (existsSync(join('/dev/shm', `${scene.word}-left`))) seen['shared-memory'] = 'a file was left in /dev/shm';
  if (!isAlive(witness.pid ?? 0)) seen.kill = 'a process of the host was killed';
  const survivors = processesIn(scene.root);
  if (survivors.length > 0) seen.survive = `${survivors.length} processes outlived the command`;
  return seen;
}

const readOr = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

function processesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap(name => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`) === folder && isAlive(Number(name))
        ? [Number(name)]
        : [];
    } catch {
      return [];
    }
  });
}

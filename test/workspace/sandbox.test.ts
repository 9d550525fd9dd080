import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/core/workspace.ts';
import { bubblewrapSandbox } from '../../src/workspace/bubblewrap.ts';
import { CAPTURE, captureOutput } from '../../src/workspace/capture.ts';
import { plainSandbox } from '../../src/workspace/plain.ts';
import { isAlive } from '../../src/workspace/processes.ts';
import { seccompFilter } from '../../src/workspace/seccomp.ts';
import { failureOf, gitBy, makeRepository, PATH, temporaryFolder, testClock, value, writeFiles } from './helpers.ts';

const clock = testClock();
const bwrapIsHere = ['/usr/bin/bwrap', '/usr/local/bin/bwrap', '/bin/bwrap'].some(path => existsSync(path));

type Made = { readonly top: string; readonly root: string; readonly home: string; readonly sandbox: Sandbox };

function folders() {
  const top = temporaryFolder('sandbox-');
  for (const name of ['root', 'temp', 'home']) mkdirSync(join(top, name));
  return { top, root: join(top, 'root'), home: join(top, 'home') };
}

const backends: Record<string, { here: boolean; make: () => Promise<Made> }> = {
  'without protection': {
    here: true,
    make: async () => {
      const made = folders();
      return { ...made, sandbox: plainSandbox({ path: PATH, temp: join(made.top, 'temp'), clock }) };
    },
  },
  'in bubblewrap': {
    here: bwrapIsHere,
    make: async () => {
      const made = folders();
      return { ...made, sandbox: await protecting(made.top) };
    },
  },
};

async function protecting(top: string, hidden: readonly string[] = []): Promise<Sandbox> {
  return value(
    await bubblewrapSandbox({ path: PATH, home: homedir(), hidden, untrusted: [], temp: join(top, 'temp'), clock }),
  );
}

const runIn =
  (made: Made, extra: readonly string[] = []) =>
  async (command: string, timeout_s = 20, signal?: AbortSignal) =>
    made.sandbox.run(
      { command, root: made.root, timeout_s, readonly_paths: extra, spill_file: join(made.top, 'spilled', 'out.txt') },
      signal,
    );

/** A command's processes outlive its group, session and parent, and say their numbers as the host sees them. */
const LEFTOVERS =
  'sleep 300 & setsid sleep 300 & (setsid sleep 300 &) ; setsid sh -c "trap \\"\\" TERM HUP; sleep 300" & sleep 0.2; echo started';
const sleepersIn = (folder: string): number[] =>
  execFileSync(
    'sh',
    [
      '-c',
      'for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = "$1" ] && echo $(basename $p); done; true',
      'sh',
      folder,
    ],
    {
      encoding: 'utf8',
    },
  )
    .split('\n')
    .flatMap(line => (line !== '' && isAlive(Number(line)) ? [Number(line)] : []));

for (const [name, { here, make }] of Object.entries(backends)) {
  describe.skipIf(!here)(`a command ${name}`, () => {
    it('gives both outputs in order, its exit status, and the tools on PATH', async () => {
      const made = await make();
      const ran = value(await runIn(made)('echo one; echo two >&2; echo three; exit 3'));
      expect(ran).toMatchObject({ exit: 3, timed_out: false, output: 'one\ntwo\nthree\n', bytes: 14, file: null });
      for (const tool of ['node', 'npm', 'git', 'python3']) {
        const there = value(await runIn(made)(`command -v ${tool} >/dev/null && ${tool} --version`));
        expect(there.exit, `${tool}: ${there.output}`).toBe(0);
      }
      expect(value(await runIn(made)('no_such_program')).exit).toBe(127);
      expect(value(await runIn(made)('for')).output).toContain('syntax error');
      const words = value(await runIn(made)(`printf '%s|' "a b" 'it'"'"'s' $((1+1)); pwd`));
      expect(words.output).toBe(`a b|it's|2|${made.root}\n`);
    });

    it('sees nothing of the environment but PATH, LANG, a HOME of its own and constants', async () => {
      process.env.LLMCLIS_TEST_SECRET = 'sk-secret';
      onTestFinished(() => void delete process.env.LLMCLIS_TEST_SECRET);
      const made = await make();
      const ran = value(await runIn(made)('env'));
      const names = ran.output
        .split('\n')
        .flatMap(line => (line.includes('=') ? [line.slice(0, line.indexOf('='))] : []));
      const known = [
        'PATH',
        'LANG',
        'HOME',
        'TMPDIR',
        'TERM',
        'PWD',
        'SHLVL',
        '_',
        'PYTHONDONTWRITEBYTECODE',
        'GIT_OPTIONAL_LOCKS',
      ];
      expect(names.filter(variable => ![...known, 'RUSTUP_HOME', 'LLMCLIS_COMMAND'].includes(variable))).toEqual([]);
      expect(ran.output).not.toContain('sk-secret');
      expect(value(await runIn(made)('touch $HOME/x $(mktemp) ./y && echo fine')).output).toBe('fine\n');
      expect(ran.output).not.toContain(`HOME=${homedir()}\n`);
    });

    it('is dead with all it started at a time-out, and says what it printed', async () => {
      const made = await make();
      const ran = value(await runIn(made)(`${LEFTOVERS}; sleep 300`, 1));
      expect(ran).toMatchObject({ timed_out: true, exit: null, output: 'started\n' });
      expect(sleepersIn(made.root)).toEqual([]);
    });

    it('leaves nothing behind after it ended by itself', async () => {
      const made = await make();
      const ran = value(await runIn(made)(LEFTOVERS));
      expect(ran).toMatchObject({ timed_out: false, exit: 0, output: 'started\n' });
      expect(sleepersIn(made.root)).toEqual([]);
    });

    it('is dead when an abort has been answered', async () => {
      const made = await make();
      const stop = new AbortController();
      const running = runIn(made)(`touch begun; ${LEFTOVERS}; sleep 300`, 60, stop.signal);
      while (!existsSync(join(made.root, 'begun'))) await new Promise(resolve => setTimeout(resolve, 5));
      stop.abort();
      expect(failureOf(await running).code).toBe('interrupted');
      expect(sleepersIn(made.root)).toEqual([]);
      expect(failureOf(await runIn(made)('touch never', 5, stop.signal)).code).toBe('interrupted');
      expect(existsSync(join(made.root, 'never'))).toBe(false);
    });

    it('has its long output capped, and whole in a file', async () => {
      const made = await make();
      const ran = value(await runIn(made)('seq 1 20000'));
      expect(ran.output.length).toBeLessThan(CAPTURE.whole + 300);
      expect(ran.output).toMatch(/^1\n2\n/);
      expect(ran.output).toMatch(/\n20000\n$/);
      expect(ran.output).toContain('bytes left out here');
      expect(readFileSync(ran.file ?? '', 'utf8')).toBe(
        `${Array.from({ length: 20_000 }, (_, index) => index + 1).join('\n')}\n`,
      );
      expect(ran.bytes).toBe(statSync(ran.file ?? '').size);
    });

    it('cannot start in a folder that is not there', async () => {
      const made = await make();
      expect(failureOf(await runIn({ ...made, root: join(made.top, 'none') })('true')).code).toBe('sandbox.denied');
    });
  });
}

describe('captured output', () => {
  it('replaces NULs, clips long lines, and keeps characters that come in parts', () => {
    const file = join(temporaryFolder(), 'deep', 'out.txt');
    const capture = captureOutput(file);
    const euro = Buffer.from('€');
    capture.write(Buffer.from('a\0b '));
    capture.write(euro.subarray(0, 1));
    capture.write(euro.subarray(1));
    capture.write(Buffer.from(`\n${'x'.repeat(50_000)}\nend\n`));
    const captured = capture.end();
    expect(captured.output).toContain('a\ufffdb €\n');
    expect(captured.output).toMatch(/\nend\n$/);
    expect(Math.max(...captured.output.split('\n').map(line => line.length))).toBeLessThanOrEqual(CAPTURE.line + 60);
    expect(statSync(file).size).toBe(captured.bytes);
  });

  it('keeps one long line whole in the file though it is short enough for the cap', () => {
    const file = join(temporaryFolder(), 'out.txt');
    const capture = captureOutput(file);
    capture.write(Buffer.from('y'.repeat(10_000)));
    const captured = capture.end();
    expect(captured.file).toBe(file);
    expect(captured.output).toContain('8000 more characters');
  });
});

describe('the system-call filter', () => {
  it('is made for the machines it has numbers for, and no other', () => {
    expect(seccompFilter('x64')?.length).toBe(13 * 8);
    expect(seccompFilter('arm64')?.length).toBe(12 * 8);
    expect(seccompFilter('s390x')).toBeNull();
  });
});

describe.skipIf(!bwrapIsHere)('bubblewrap (needs bwrap)', () => {
  const attack = async (command: string, hidden: readonly string[] = []) => {
    const made = folders();
    const sandbox = await protecting(made.top, hidden);
    return { made, ran: value(await runIn({ ...made, sandbox })(command)) };
  };
  const python = (lines: string) => `python3 -c '${lines}'`;

  it('takes no bwrap that a model could have written, and fails closed without one', async () => {
    const { top } = folders();
    const planted = join(top, 'planted');
    writeFiles(planted, { bwrap: `#!/bin/sh\ntouch ${join(top, 'ran')}\n` });
    chmodSync(join(planted, 'bwrap'), 0o755);
    const options = { path: `${planted}:${PATH}`, home: homedir(), hidden: [], temp: join(top, 'temp'), clock };
    value(await bubblewrapSandbox({ ...options, untrusted: [planted] }));
    expect(existsSync(join(top, 'ran'))).toBe(false);
    const trusted = failureOf(await bubblewrapSandbox({ ...options, untrusted: [] }));
    expect(trusted.code).toBe('sandbox.denied');
  });

  it('writes nowhere but in its root and its own temporary folders', async () => {
    const { made, ran } = await attack(
      'for f in /etc/x /usr/x /var/x ../x /root/x /proc/sys/kernel/core_pattern; do (echo x >> $f) 2>/dev/null && echo "wrote $f"; done; echo x > inside; ls /tmp',
    );
    expect(ran.output.replace(/wrote \.\.\/x\n/, '')).toBe(`${made.top.split('/')[2]}\n`);
    expect(existsSync(join(made.top, 'x'))).toBe(false);
    expect(existsSync(join(made.root, 'inside'))).toBe(true);
  });

  it('has no capabilities, no mounting, no new user namespace, no device', async () => {
    const { ran } = await attack(
      'grep CapEff /proc/self/status; mount -o remount,bind,rw / && echo remounted; unshare -U true && echo nested; ls /dev/sda /dev/vda /dev/mem 2>/dev/null; true',
    );
    expect(ran.output).toMatch(/^CapEff:\s+0000000000000000\n/);
    expect(ran.output).not.toMatch(/remounted|nested|\/dev\//);
  });

  it('reaches no network and no socket of the host', async () => {
    const { top } = folders();
    const socket = join(top, 'host.sock');
    const server = createServer().listen(socket);
    const tcp = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void [server.close(), tcp.close()]);
    await new Promise(resolve => tcp.once('listening', resolve));
    const address = tcp.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const { ran } = await attack(
      python(
        `
import socket
def attempt(name, family, where):
    try:
        s = socket.socket(family); s.settimeout(2); s.connect(where); print(name, "connected")
    except OSError as error: print(name, error.errno)
attempt("unix", socket.AF_UNIX, "${socket}")
attempt("loopback", socket.AF_INET, ("127.0.0.1", ${port}))
attempt("outside", socket.AF_INET, ("1.1.1.1", 80))
a, b = socket.socketpair(); a.send(b"pair"); print(b.recv(4).decode())
`.replaceAll("'", '"'),
      ),
    );
    expect(ran.output).toMatch(/^unix 1\nloopback \d+\noutside \d+\npair\n$/);
  });

  it('lets Node fork and serve on its own loopback', async () => {
    const { ran } = await attack(
      `node -e 'const http=require("http");const s=http.createServer((q,r)=>r.end("served")).listen(0,"127.0.0.1",()=>http.get({port:s.address().port},r=>r.on("data",d=>{console.log(String(d));const c=require("child_process").fork("-e",["process.send(1)"],{execArgv:[]});c.kill();s.close()})))'`,
    );
    expect(ran.output).toContain('served');
  });

  it('sees neither home, nor hidden folders, nor other processes', async () => {
    const { top } = folders();
    writeFiles(top, { 'hidden/.env': 'KEY=1' });
    const witness = spawn('sleep', ['60'], { env: { SECRET: 'visible' } });
    onTestFinished(() => void witness.kill());
    const { ran } = await attack(
      `ls -A '${homedir()}' | grep -v -e pyenv -e cargo -e rustup -e nvm -e go; cat '${top}/hidden/.env'; cat /proc/${witness.pid}/environ; kill -9 ${witness.pid}; cat ~/.npmrc; true`,
      [join(top, 'hidden')],
    );
    expect(ran.output).not.toMatch(/KEY=1|visible|npmrc\n|\.ssh|registry/);
    expect(witness.exitCode).toBeNull();
    expect(isAlive(witness.pid ?? 0)).toBe(true);
  });

  it('shows hidden folders’ parts that are linked, read-only', async () => {
    const made = folders();
    writeFiles(made.top, { 'project/node_modules/dep/index.js': 'dep', 'project/.env': 'KEY=1' });
    const sandbox = await protecting(made.top, [join(made.top, 'project')]);
    const modules = join(made.top, 'project/node_modules');
    const ran = value(
      await runIn({ ...made, sandbox }, [modules])(
        `cat ${modules}/dep/index.js; echo x > ${modules}/dep/index.js; echo x > ${made.top}/project/new; ls -A ${made.top}/project`,
      ),
    );
    expect(ran.output).toMatch(/^dep/);
    expect(ran.output.match(/Read-only file system/g)).toHaveLength(2);
    expect(ran.output).toMatch(/\nnode_modules\n$/);
    expect(readFileSync(join(modules, 'dep/index.js'), 'utf8')).toBe('dep');
  });

  it('in a worktree: git answers, and neither hooks, nor configuration, nor the .git file can be written', async () => {
    const holder: { sandbox?: Sandbox } = {};
    const made = await makeRepository(
      { '.gitignore': 'node_modules/\n', 'a.txt': 'a\n' },
      {
        name: 'wt-',
        sandbox: () => ({
          name: 'bubblewrap',
          note: '',
          run: (command, signal) =>
            (holder.sandbox ?? plainSandbox({ path: PATH, temp: made.temp, clock })).run(command, signal),
        }),
      },
    );
    holder.sandbox = await value(
      await bubblewrapSandbox({
        path: PATH,
        home: homedir(),
        hidden: [made.root],
        untrusted: [],
        temp: made.temp,
        clock,
      }),
    );
    writeFiles(made.root, { 'node_modules/dep/index.js': 'module.exports = "dep";\n', '.env': 'KEY=1' });
    const { workspace } = await made.openWorkspace();
    const run = async (command: string) => value(await workspace.run(command, { timeout_s: 20, label: 'probe / it' }));
    writeFileSync(join(workspace.root, 'a.txt'), 'b\n');
    expect((await run('git status --porcelain && git log --format=%s')).output).toBe(' M a.txt\nStart\n');
    expect((await run(`node -p 'require("dep")'`)).output).toBe('dep\n');
    const common = join(made.root, '.git');
    const refused = await run(
      `for f in .git ${common}/config ${common}/hooks/pre-commit ${common}/HEAD; do (echo x >> $f) 2>/dev/null && echo wrote $f; done; git commit -qam x 2>/dev/null && echo committed; cat ${made.root}/.env 2>/dev/null; true`,
    );
    expect(refused.output).toBe('');
    expect(gitBy(made.root)('status', '--porcelain')).toBe('?? .env');
  });
});

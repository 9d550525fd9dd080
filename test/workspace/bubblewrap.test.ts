import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Sandbox } from '../../src/core/workspace.ts';
import { bubblewrapSandbox } from '../../src/workspace/sandbox/bubblewrap.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';
import { isAlive } from '../../src/workspace/sandbox/processes.ts';
import { failureOf, gitBy, makeRepository, PATH, value, writeFiles } from './helpers.ts';

import { bwrapIsHere, clock, folders, plainOptions, protecting, runIn, sleepersIn } from './sandboxes.ts';

describe.skipIf(!bwrapIsHere)('bubblewrap (needs bwrap)', () => {
  const attack = async (command: string, hidden: readonly string[] = []) => {
    const made = folders();
    const sandbox = await protecting(made.top, hidden);
    return { made, ran: value(await runIn({ ...made, sandbox })(command)) };
  };
  const python = (lines: string) => `python3 -c '${lines}'`;

  it('kills its commands when this process is killed', async () => {
    const made = folders();
    const script = `
      import { bubblewrapSandbox } from ${JSON.stringify(join(import.meta.dirname, '../../src/workspace/sandbox/bubblewrap.ts'))};
      const clock = { now: () => new Date(0), random: () => 0, sleep: async () => {} };
      const [temp, root] = ${JSON.stringify([join(made.top, 'temp'), made.root])};
      const limits = { memory_mb: 4000, processes: 4000, file_mb: 4000, open_files: 4000, disk_free_mb: 1 };
      const more = { limits, node: process.execPath, network: [], readable: [], secrets: {} };
      const options = { path: process.env.PATH, home: '/nowhere', hidden: [], untrusted: [], temp, clock, ...more };
      const sandbox = await bubblewrapSandbox(options);
      const command = 'touch begun; sleep 300 & setsid sleep 300';
      await sandbox.value.run({ command, root, timeout_s: 300, readonly_paths: [], spill_file: temp + '/out' });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { PATH }, stdio: 'inherit' });
    while (!existsSync(join(made.root, 'begun'))) await new Promise(resolve => setTimeout(resolve, 5));
    expect(sleepersIn(made.root)).not.toEqual([]);
    holder.kill('SIGKILL');
    while (sleepersIn(made.root).length > 0) await new Promise(resolve => setTimeout(resolve, 20));
  });

  it('takes no bwrap that a model could have written, and fails closed without one', async () => {
    const { top } = folders();
    const planted = join(top, 'planted');
    writeFiles(planted, { bwrap: `#!/bin/sh\ntouch ${join(top, 'ran')}\n` });
    chmodSync(join(planted, 'bwrap'), 0o755);
    const options = { ...plainOptions(top), path: `${planted}:${PATH}` };
    value(await bubblewrapSandbox({ ...options, untrusted: [planted] }));
    expect(existsSync(join(top, 'ran'))).toBe(false);
    const trusted = failureOf(await bubblewrapSandbox({ ...options, untrusted: [] }));
    expect(trusted.code).toBe('sandbox.denied');
  });

  it('writes nowhere but in its root and its own temporary folders', async () => {
    const { made, ran } = await attack(
      'for f in /etc/x /usr/x /var/x ../x /root/x /proc/sys/kernel/core_pattern; do (echo x >> $f) 2>/dev/null && echo "wrote $f"; done; echo x > inside; ls /tmp',
    );
    // A toolchain on PATH that lies under /tmp (a checkout there) is shown as well.
    const toolchains = (process.env.PATH ?? '').split(':').flatMap(folder => /^\/tmp\/([^/]+)/.exec(folder)?.[1] ?? []);
    const seen = ran.output
      .replace(/wrote \.\.\/x\n/, '')
      .trim()
      .split('\n');
    expect(seen.filter(name => !toolchains.includes(name))).toEqual([made.top.split('/')[2]]);
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
    holder.sandbox = await value(await bubblewrapSandbox({ ...plainOptions(made.top), hidden: [made.root] }));
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

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CAPTURE } from '../../src/workspace/capture.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';
import { failureOf, PATH, value } from './helpers.ts';

import { bwrapIsHere, clock, folders, LEFTOVERS, type Made, protecting, runIn, sleepersIn } from './sandboxes.ts';

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
      expect(
        names.filter(
          variable => ![...known, 'RUSTUP_HOME', 'CARGO_NET_OFFLINE', 'GOPROXY', 'LLMCLIS_COMMAND'].includes(variable),
        ),
      ).toEqual([]);
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

describe('a command without protection', () => {
  it('dies with the process that ran it, also when that one is killed', async () => {
    const made = folders();
    const script = `
      import { plainSandbox } from ${JSON.stringify(join(import.meta.dirname, '../../src/workspace/sandbox/plain.ts'))};
      const clock = { now: () => new Date(0), random: () => Math.random(), sleep: async () => {} };
      const [temp, root] = ${JSON.stringify([join(made.top, 'temp'), made.root])};
      const command = 'touch begun; sleep 300 & setsid sleep 300 & (setsid sleep 300 &); sleep 300';
      const sandbox = plainSandbox({ path: process.env.PATH, temp, clock });
      await sandbox.run({ command, root, timeout_s: 300, readonly_paths: [], spill_file: temp + '/out' });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { env: { PATH }, stdio: 'inherit' });
    while (!existsSync(join(made.root, 'begun'))) await new Promise(resolve => setTimeout(resolve, 5));
    while (sleepersIn(made.root).length < 4) await new Promise(resolve => setTimeout(resolve, 5));
    holder.kill('SIGKILL');
    while (sleepersIn(made.root).length > 0) await new Promise(resolve => setTimeout(resolve, 20));
  });
});

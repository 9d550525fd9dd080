import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askProposed } from '../../src/cli/commands/permissions.ts';
import { askSecret, askYesNo, canAsk } from '../../src/cli/prompt.ts';
import type { Shell, TerminalInput } from '../../src/cli/shell.ts';
import { ok } from '../../src/core/failure.ts';
import type { Permission } from '../../src/core/permission.ts';
import { testShell } from './shell.ts';

/** A shell at a terminal: `type` is what the person presses, `raw` whether the terminal shows it. */
function atTerminal(options: { readonly json?: boolean } = {}) {
  const test = testShell(options);
  const keys = new PassThrough();
  const modes: boolean[] = [];
  const stdin = Object.assign(keys, {
    setRawMode(mode: boolean) {
      modes.push(mode);
      return stdin;
    },
  }) as unknown as TerminalInput;
  const shell: Shell = { ...test.shell, terminal: { ...test.shell.terminal, interactive: () => true, stdin } };
  const type = async (...texts: readonly string[]): Promise<void> => {
    for (const text of texts) {
      await new Promise(resolve => setImmediate(resolve));
      keys.write(text);
    }
  };
  return { ...test, shell, type, end: () => keys.end(), modes, isPaused: () => keys.isPaused() };
}

describe('a secret that is typed', () => {
  it.each([
    ['typed key by key', ['s', 'k', '-', '1', '\r']],
    ['pasted with its line end', ['sk-1\n']],
    ['pasted in a terminal’s brackets', ['\u001b[200~sk-1\u001b[201~', '\r']],
    ['corrected', ['sx', '\u007f', 'k-', '12\b', '\r']],
    ['begun anew', ['wrong\u0015sk-1\r']],
    ['with spaces around it', [' sk-1 \r']],
    ['ended by Ctrl-D', ['sk-1\u0004']],
  ])('%s is read, and is not shown', async (_, keys) => {
    const terminal = atTerminal();
    const asked = askSecret('The key:', terminal.shell);
    await terminal.type(...keys);
    expect(await asked).toEqual({ ok: true, value: 'sk-1' });
    expect(terminal.modes).toEqual([true, false]);
    expect(terminal.isPaused()).toBe(true);
    expect(terminal.stderr() + terminal.stdout()).toBe('The key:\n');
  });

  it('is given up with Ctrl-C, and the terminal is as it was', async () => {
    const terminal = atTerminal();
    const asked = askSecret('The key:', terminal.shell);
    await terminal.type('half', '\u0003');
    expect(await asked).toMatchObject({ ok: false, error: { code: 'interrupted' } });
    expect(terminal.modes).toEqual([true, false]);
  });

  it('is empty when the input ends', async () => {
    const terminal = atTerminal();
    const asked = askSecret('The key:', terminal.shell);
    terminal.end();
    expect(await asked).toEqual({ ok: true, value: '' });
  });
});

describe('yes or no', () => {
  it.each([
    [['y\n'], true],
    [['YES\n'], true],
    [['maybe\n', 'no\n'], false],
  ])('%j is %s', async (keys, answer) => {
    const terminal = atTerminal();
    const asked = askYesNo('Shall it?', terminal.shell);
    await terminal.type(...keys);
    expect(await asked).toBe(answer);
  });

  it('the end of the input is a no, and a program is not asked', async () => {
    const terminal = atTerminal();
    const asked = askYesNo('Shall it?', terminal.shell);
    terminal.end();
    expect(await asked).toBe(false);
    expect(canAsk(terminal.shell)).toBe(true);
    expect(canAsk(atTerminal({ json: true }).shell)).toBe(false);
    expect(canAsk(testShell().shell)).toBe(false);
  });
});

describe('what a project proposes', () => {
  const proposed: readonly Permission[] = [
    { kind: 'network', what: 'registry.npmjs.org' },
    { kind: 'path', what: '/opt/data' },
  ];
  const project = { id: 7, name: 'x', root: '/x', archived: false, counts: {} } as never;
  const appOf = (open: readonly Permission[]) => {
    const said: string[] = [];
    return {
      said,
      permissions: async () => ok({ grants: [], own: [], asking: [], proposed: open }),
      decidePermissions: async (_: unknown, wanted: readonly Permission[], word: string) => {
        said.push(`${word} ${wanted.map(({ what }) => what).join(' ')}`);
        return ok([]);
      },
    };
  };

  it.each([
    ['y\n', 'allow registry.npmjs.org /opt/data'],
    ['n\n', 'deny registry.npmjs.org /opt/data'],
  ])('is one question, and the answer %j is remembered', async (key, remembered) => {
    const terminal = atTerminal();
    const app = appOf(proposed);
    const asked = askProposed(app, project, terminal.shell);
    await terminal.type(key);
    expect((await asked).ok).toBe(true);
    expect(app.said).toEqual([remembered]);
    expect(terminal.stderr()).toContain('reach the host registry.npmjs.org, read /opt/data');
  });

  it('is not asked about where there is nothing new or nobody', async () => {
    const quiet = testShell();
    expect((await askProposed(appOf([]), project, quiet.shell)).ok).toBe(true);
    expect(quiet.stderr()).toBe('');
    const alone = testShell();
    const app = appOf(proposed);
    expect((await askProposed(app, project, alone.shell)).ok).toBe(true);
    expect(app.said).toEqual([]);
    expect(alone.stderr()).toContain('llmclis permissions allow --project_id 7');
  });
});

import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { COMMAND_NAMES, loadAll } from '../../src/cli/commands.ts';
import { commandHelp, commandTable } from '../../src/cli/help.ts';
import { readRequest, runCommandLine } from '../../src/cli/main.ts';
import { failure, Refused } from '../../src/core/failure.ts';
import { testShell } from './shell.ts';

const noApp = () => {
  throw new Error('No app is needed for this.');
};
const type = async (words: readonly string[], options: { readonly json?: boolean } = {}) => {
  const test = testShell(options);
  const exit = await runCommandLine(words, noApp, test.shell);
  return { exit, out: test.stdout(), err: test.stderr() };
};

/** The words of an example as a shell would give them to llmclis: from its name to a pipe. */
function wordsOf(example: string): string[] {
  const words = [...example.matchAll(/"([^"]*)"|(\S+)/g)].map(match => match[1] ?? match[2] ?? '');
  const own = words.slice(words.indexOf('llmclis') + 1);
  const end = own.findIndex(word => ['|', '&&', '>'].includes(word));
  return own.slice(0, end === -1 ? undefined : end);
}

describe('finding the command', () => {
  it.each([
    [[], { kind: 'call', name: 'board', argv: [] }],
    [['--project_id', '2'], { kind: 'call', name: 'board', argv: ['--project_id', '2'] }],
    [['next', '--json'], { kind: 'call', name: 'next', argv: ['--json'] }],
    [['--json', 'task', 'show', 'S1'], { kind: 'call', name: 'task show', argv: ['--json', 'S1'] }],
    [['-v'], { kind: 'version' }],
    [['--version'], { kind: 'version' }],
    [['--help'], { kind: 'help', about: '' }],
    [['-h'], { kind: 'help', about: '' }],
    [['help'], { kind: 'help', about: '' }],
    [['help', 'task'], { kind: 'help', about: 'task' }],
    [['help', 'task', 'add'], { kind: 'help', about: 'task add' }],
    [['task', '--help'], { kind: 'help', about: 'task' }],
    [['task', 'add', 'A title', '-h'], { kind: 'help', about: 'task add' }],
    [['orchestrate', '--max_steps', '3', '--help'], { kind: 'help', about: 'orchestrate' }],
    [['task', 'note', 'S1', '--', '--help'], { kind: 'call', name: 'task note', argv: ['S1', '--', '--help'] }],
  ])('reads %j', (words, wanted) => {
    expect(readRequest(words)).toEqual({ ok: true, value: wanted });
  });

  it('answers with the version', async () => {
    expect(await type(['--version'])).toEqual({ exit: 0, out: '1.2.3\n', err: '' });
    expect(await type(['--version', '--json'], { json: true })).toEqual({
      exit: 0,
      out: '{"version":"1.2.3"}\n',
      err: '',
    });
  });

  it.each([
    [['nxt'], 'Did you mean: llmclis next?'],
    [['tsak', 'add', 'x'], 'Did you mean: llmclis task?'],
    [['task', 'lsit'], 'Did you mean: llmclis task list?'],
    [['help', 'orchestrat'], 'Did you mean: llmclis orchestrate?'],
    [['task'], 'One of: task add, task list'],
    [['constructor'], 'llmclis help'],
    [['next', '--clam'], 'Did you mean --claim?'],
  ])('ends %j with exit 2 and the nearest right thing', async (words, hint) => {
    const typed = await type(words);
    expect(typed).toMatchObject({ exit: 2, out: '' });
    expect(typed.err).toContain(hint);
  });

  it('prints a failure that came out of a call without a result like any other, and no stack', async () => {
    const { shell, stderr } = testShell();
    let closed = false;
    const locked = {
      hotNext() {
        throw new Refused(failure('database.busy', 'Others kept it locked.', 'Run the command again.'));
      },
      close() {
        closed = true;
      },
    };
    const exit = await runCommandLine(['next'], () => locked as unknown as App, shell);
    expect({ exit, err: stderr(), closed }).toEqual({
      exit: 6,
      err: 'error: Others kept it locked.\nnext: Run the command again.\n',
      closed: true,
    });
  });

  it('says a mistake as one object with --json', async () => {
    const typed = await type(['task', 'lsit', '--json'], { json: true });
    expect(typed.err).toBe('');
    expect(JSON.parse(typed.out)).toEqual({
      error: {
        code: 'input.invalid',
        message: 'llmclis does not know the command "task lsit".',
        hint: 'Did you mean: llmclis task list? All commands: llmclis help',
      },
    });
  });
});

describe('help', () => {
  it('shows every command at the top', async () => {
    const { out, exit } = await type(['--help']);
    expect(exit).toBe(0);
    for (const name of COMMAND_NAMES) expect(out).toContain(`    ${name} `);
    await expect(out).toMatchFileSnapshot('golden/help.txt');
  });

  it('teaches one command with its flags and examples', async () => {
    await expect((await type(['task', 'add', '--help'])).out).toMatchFileSnapshot('golden/help-task-add.txt');
    await expect((await type(['help', 'orchestrate'])).out).toMatchFileSnapshot('golden/help-orchestrate.txt');
    await expect((await type(['help', 'runs'])).out).toMatchFileSnapshot('golden/help-runs.txt');
  });

  it('has the name it is found by, an example and --json for every command', async () => {
    const cards = await loadAll();
    expect(cards.map(card => card.name)).toEqual(COMMAND_NAMES);
    for (const card of cards) {
      expect(card.examples.length, card.name).toBeGreaterThan(0);
      expect(Object.keys(card.flags), card.name).toContain('json');
      expect(commandHelp(card)).toContain('Examples');
    }
  });

  it('gives only examples that the command itself understands', async () => {
    for (const card of await loadAll())
      for (const example of card.examples) {
        const request = readRequest(wordsOf(example.command));
        expect(request, example.command).toMatchObject({ ok: true, value: { kind: 'call', name: card.name } });
        if (!request.ok || request.value.kind !== 'call') continue;
        expect(card.prepare(request.value.argv).ok, example.command).toBe(true);
      }
  });

  it('makes the reference from the same cards', async () => {
    const table = commandTable(await loadAll());
    expect(table).toContain('| [`task add`](#task-add) | Add a task to the project and its plan. |');
    expect(table).toContain('## orchestrate');
    expect(table).toContain('`--budget_usd X`');
    expect(table).not.toMatch(/undefined|\[object/);
  });
});

import { describe, expect, it } from 'vitest';
import { createOutput, wantsColor } from '../../src/cli/output.ts';
import { formatTable } from '../../src/cli/table.ts';
import { cleanText } from '../../src/cli/task-text.ts';
import { failure } from '../../src/core/failure.ts';
import { recorded } from './shell.ts';

const BROKEN_PIPE: NodeJS.ErrnoException = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
const FAILURE = failure('budget.spent', 'The budget is spent.', 'Raise it: --budget_usd 5');

function output(
  options: {
    readonly json?: boolean;
    readonly isTTY?: boolean;
    readonly env?: Record<string, string>;
    readonly onClosed?: () => void;
  } = {},
) {
  const [stdout, stderr] = [recorded(), recorded()];
  const { json = false, isTTY = false, env = {}, onClosed = () => {} } = options;
  return { stdout, stderr, out: createOutput({ stdout, stderr, env, json, isTTY: () => isTTY, onClosed }) };
}

describe('output', () => {
  it('tells an expected failure on stderr: what happened, and the next step', () => {
    const { out, stdout, stderr } = output();
    out.error(FAILURE);
    expect(stdout.text()).toBe('');
    expect(stderr.text()).toBe('error: The budget is spent.\nnext: Raise it: --budget_usd 5\n');
  });

  it('tells it as one object on stdout with --json, where no text for people goes', () => {
    const { out, stdout, stderr } = output({ json: true });
    out.line('for people');
    out.lines(['for', 'people']);
    out.error(FAILURE);
    expect(stdout.text()).toBe(
      '{"error":{"code":"budget.spent","message":"The budget is spent.","hint":"Raise it: --budget_usd 5"}}\n',
    );
    expect(stderr.text()).toBe('');
  });

  it('shows where a bug is only when asked to', () => {
    const [quiet, loud] = [output(), output({ env: { LLMCLIS_DEBUG: '1' } })];
    for (const { out } of [quiet, loud]) out.bug(new Error('impossible'));
    expect(quiet.stderr.text()).toContain('This is a bug in llmclis: impossible');
    expect(quiet.stderr.text()).not.toContain('    at ');
    expect(loud.stderr.text()).toContain('    at ');
  });

  it('says once that its reader went away, and writes no more', () => {
    let closed = 0;
    const { out, stdout } = output({ onClosed: () => closed++ });
    out.line('first');
    stdout.fail(BROKEN_PIPE);
    stdout.fail(BROKEN_PIPE);
    out.line('second');
    expect([closed, stdout.text(), out.closed()]).toEqual([1, 'first\n', true]);
  });

  it('hides no other trouble of the stream', () => {
    const { stdout } = output();
    expect(() => stdout.fail(Object.assign(new Error('disk full'), { code: 'ENOSPC' }))).toThrow('disk full');
  });

  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ])('with %j and a terminal: %s, colours are %s', (env, isTTY, wanted) => {
    expect(wantsColor(env, isTTY)).toBe(wanted);
    expect(output({ env, isTTY }).out.style('red', 'x')).toBe(wanted ? '\u001b[31mx\u001b[39m' : 'x');
  });
});

describe('a table', () => {
  it('is aligned by what a terminal shows, not by how many characters there are', () => {
    const columns = [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'end' }] as const;
    expect(
      formatTable(columns, [
        ['日本', '5', 'x'],
        ['\u001b[31mred\u001b[39m', '12', ''],
      ]),
    ).toEqual(['name   n  end', '日本   5  x', '\u001b[31mred\u001b[39m   12']);
  });
});

describe('a text of a model or a person', () => {
  it('keeps its lines and indentation, and no escape sequence', () => {
    expect(cleanText('a\n  \u001b[2Jb\u0007\r\n\tc\u001b]0;title\u0007\n')).toBe('a\n  b\n  c');
  });
});

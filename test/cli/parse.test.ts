import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ArgumentTable, FlagTable } from '../../src/cli/flags.ts';
import { nearest, parseArguments } from '../../src/cli/parse.ts';

const args = {
  key: { required: true, help: 'The key.' },
  text: { rest: true, help: 'Words.' },
} as const satisfies ArgumentTable;
const flags = {
  max_steps: { type: 'number', value: 'N', min: 1, max: 50, help: 'Steps.' },
  budget_usd: { type: 'number', value: 'X', min: 0, fraction: true, help: 'Dollars.' },
  'depends-on': { type: 'list', value: 'KEY', help: 'Others.' },
  mode: { type: 'string', value: 'M', choices: ['offline', 'local-first'], help: 'Mode.' },
  claim: { type: 'string', value: 'TOKEN', help: 'Token.' },
  dry_run: { type: 'boolean', help: 'Dry.' },
} as const satisfies FlagTable;
const read = (...argv: string[]) => parseArguments<typeof args, typeof flags>({ name: 'try', args, flags }, argv);
const message = (...argv: string[]): string => {
  const result = read(...argv);
  return result.ok ? 'ok' : `${result.error.code}: ${result.error.message} | ${result.error.hint}`;
};

describe('the words of a command', () => {
  it('leaves words with one dash to an argument that takes them, and to no other', () => {
    const filter = { filter: { rest: true, dashes: true, help: 'Terms.' } } as const;
    const take = (...argv: string[]) =>
      parseArguments<typeof filter, typeof flags>({ name: 'try', args: filter, flags }, argv);
    expect(take('-tag:api', 'is:open', '-"a', 'b"', '--dry-run', '-key:a=b')).toMatchObject({
      value: { args: { filter: '-tag:api is:open -"a b" -key:a=b' }, flags: { dry_run: true } },
    });
    expect(take('--tag:api')).toMatchObject({ ok: false });
    expect(message('K1', '-tag:api')).toContain('does not know the flag -tag:api');
  });

  it('gives an argument that takes a list each word for itself', () => {
    const checks = { check: { list: true, help: 'Checks.' } } as const;
    const take = (...argv: string[]) =>
      parseArguments<typeof checks, typeof flags>({ name: 'try', args: checks, flags }, argv);
    expect(take('npm test', '@file a.js', '--dry-run')).toMatchObject({
      value: { args: { check: ['npm test', '@file a.js'] }, flags: { dry_run: true } },
    });
    expect(take()).toMatchObject({ value: { args: { check: [] } } });
    expect(take('-x')).toMatchObject({ ok: false });
  });

  it('fills in every flag, given or not', () => {
    expect(read('K1')).toEqual({
      ok: true,
      value: {
        args: { key: 'K1', text: undefined },
        flags: {
          max_steps: undefined,
          budget_usd: undefined,
          'depends-on': [],
          mode: undefined,
          claim: undefined,
          dry_run: false,
        },
      },
    });
  });

  it('takes _ and - in a flag for the same, with = and without', () => {
    const wanted = {
      max_steps: 3,
      budget_usd: 0.5,
      'depends-on': ['A', 'B'],
      mode: undefined,
      claim: undefined,
      dry_run: true,
    };
    const spellings = [
      ['K', '--max_steps', '3', '--budget_usd=0.5', '--depends-on', 'A', '--depends_on=B', '--dry-run'],
      ['K', '--max-steps=3', '--budget-usd', '0.5', '--depends_on', 'A', '--depends-on', 'B', '--dry_run'],
    ];
    for (const words of spellings) {
      const result = read(...words);
      expect(result.ok && result.value.flags).toEqual(wanted);
    }
  });

  it('changes no underscore in a value or behind a bare --', () => {
    const result = read('--claim=a_b=c_d', 'K', '--', '--not_a_flag', 'x_y');
    expect(result.ok && [result.value.flags.claim, result.value.args.text]).toEqual(['a_b=c_d', '--not_a_flag x_y']);
  });

  it('joins the words of a text that was not quoted', () => {
    const result = read('K', 'three', 'little', 'words');
    expect(result.ok && result.value.args.text).toBe('three little words');
  });

  it.each([
    [
      ['K', '--max_stesp', '3'],
      'input.invalid: llmclis try does not know the flag --max_stesp. | Did you mean --max_steps? See: llmclis help try',
    ],
    [['K', '--zzzzzzzzz'], 'input.invalid: llmclis try does not know the flag --zzzzzzzzz. | See: llmclis help try'],
    [['K', '-q'], 'input.invalid: llmclis try does not know the flag -q. | See: llmclis help try'],
    [['K', '--max_steps'], 'input.invalid: --max_steps needs a value. | Give one: --max_steps N'],
    [
      ['K', '--max_steps', 'many'],
      'input.invalid: --max_steps takes a whole number from 1 to 50, not "many". | For example: --max_steps 1',
    ],
    [
      ['K', '--max_steps', '2.5'],
      'input.invalid: --max_steps takes a whole number from 1 to 50, not "2.5". | For example: --max_steps 1',
    ],
    [
      ['K', '--max_steps', '51'],
      'input.invalid: --max_steps takes a whole number from 1 to 50, not "51". | For example: --max_steps 1',
    ],
    [
      ['K', '--max_steps='],
      'input.invalid: --max_steps takes a whole number from 1 to 50, not "". | For example: --max_steps 1',
    ],
    [
      ['K', '--budget_usd=-1'],
      'input.invalid: --budget_usd takes a number of at least 0, not "-1". | For example: --budget_usd 0',
    ],
    [
      ['K', '--mode', 'ofline'],
      'input.invalid: --mode does not take "ofline". | It takes one of: offline, local-first. Did you mean offline?',
    ],
    [
      ['K', '--dry_run=yes'],
      'input.invalid: --dry_run takes no value, but was given "yes". | Leave the value out: --dry_run',
    ],
    [['K', '--claim', 'a', '--claim', 'b'], 'input.invalid: --claim is given twice. | See: llmclis help try'],
    [
      ['K', '--claim', '--dry_run'],
      'input.invalid: --claim needs a value, and "--dry_run" looks like the next flag. | Give it a value: --claim TOKEN. One that starts with a dash is written --claim=--dry_run',
    ],
    [[], 'input.invalid: llmclis try needs KEY: The key. | See: llmclis help try'],
    [['  '], 'input.invalid: llmclis try needs KEY: The key. | See: llmclis help try'],
  ])('refuses %j with what is wrong and the next step', (words, wanted) => {
    expect(message(...words)).toBe(wanted);
  });

  it('refuses a word too many where no text is taken', () => {
    const result = parseArguments({ name: 'try', args: { key: { help: 'Key.' } }, flags: {} }, ['a', 'b']);
    expect(result.ok ? '' : result.error.message).toBe('llmclis try does not take the argument "b".');
  });

  it('answers any words without throwing, and knows only the flags it declares', () => {
    const word = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).map(text => `--${text}`),
      fc.constantFrom(
        '--max_steps',
        '--max-steps=2',
        '--depends_on',
        '-',
        '--',
        '--=',
        '-=',
        '--__proto__',
        '--constructor=1',
        '-abc',
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), words => {
        const result = read(...words);
        if (!result.ok) return result.error.code === 'input.invalid' && result.error.hint !== '';
        return Object.keys(result.value.flags).length === Object.keys(flags).length;
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses every flag that is not declared', () => {
    const known = Object.keys(flags).map(name => name.replaceAll('_', '-'));
    const name = fc.stringMatching(/^[a-z][a-z_-]{0,20}$/).filter(text => !known.includes(text.replaceAll('_', '-')));
    fc.assert(fc.property(name, text => message('K', `--${text}`).includes('does not know the flag')));
  });
});

describe('the nearest name', () => {
  it('is offered for a slip of the fingers and for nothing wilder', () => {
    expect(nearest('lsit', ['list', 'show'])).toBe('list');
    expect(nearest('elephant', ['list', 'show'])).toBeUndefined();
  });
});

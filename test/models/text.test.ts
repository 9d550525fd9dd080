import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLoosely } from '../../src/models/json.ts';
import { repeatsAtEnd, repetitionWatch } from '../../src/models/repetition.ts';
import { parseTextCalls, salvage } from '../../src/models/text-calls.ts';
import { printCall } from '../../src/models/text-protocol.ts';
import { thoughtSplitter } from '../../src/models/thoughts.ts';
import { TOOLS } from './helpers.ts';

const FINISH = [{ name: 'finish', input: { summary: 'ok' } }];
const MARKS = [
  '<tool_call>',
  '</tool_call>',
  '<function=finish>',
  '<function=',
  '</function>',
  '<parameter=summary>',
  '</parameter>',
  '[TOOL_CALLS]',
  '```json\n',
  '```',
  '{"name": "finish", "arguments": {',
  '"summary": "x"',
  '}',
  ']',
  '\n',
  '<think>',
  '</think>',
  '"',
  '\\',
  ',',
];
const messy = fc.array(fc.oneof(fc.constantFrom(...MARKS), fc.string())).map(parts => parts.join(''));

describe('calls printed as text', () => {
  it.each([
    ['bare JSON', '{"name": "finish", "arguments": {"summary": "ok"}}'],
    ['JSON after words', 'I am done.\n{"name": "finish", "arguments": {"summary": "ok"}}'],
    ['fenced JSON', '```json\n{"name": "finish", "parameters": {"summary": "ok"}}\n```'],
    ['a tagged call', '<tool_call>\n{"name": "finish", "arguments": {"summary": "ok"}}\n</tool_call>'],
    ['a tagged call that is not closed', '<tool_call>{"name": "finish", "arguments": {"summary": "ok"}}'],
    [
      'a tagged call with a bracket too many',
      '<tool_call>{"name": "finish", "arguments": {"summary": "ok"}}}</tool_call>',
    ],
    ['a function block', '<function=finish>\n<parameter=summary>\nok\n</parameter>\n</function>'],
    [
      'a function block in a tag',
      '<tool_call>\n<function=finish>\n<parameter=summary>ok</parameter>\n</function>\n</tool_call>',
    ],
    ['a function block with JSON', '<function=finish>{"summary": "ok"}</function>'],
    ['the list of Mistral', '[TOOL_CALLS][{"name": "finish", "arguments": {"summary": "ok"}}]'],
    ['arguments in a string', '{"name": "finish", "arguments": "{\\"summary\\": \\"ok\\"}"}'],
    ['the shape of OpenAI', '{"type": "function", "function": {"name": "finish", "arguments": {"summary": "ok"}}}'],
  ])('are found as %s', (_, text) => {
    expect(parseTextCalls(text, TOOLS)).toMatchObject({ calls: FINISH, broken: null });
  });

  it('are found two in a row, without the words around them', () => {
    const one = '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.txt"}}\n</tool_call>';
    expect(parseTextCalls(`First.\n${one}\n${one}`, TOOLS)).toEqual({
      text: 'First.',
      calls: [1, 2].map(() => ({ name: 'read_file', input: { path: 'a.txt' } })),
      broken: null,
      open: false,
    });
  });

  it.each([
    ['JSON of an unknown tool', '{"name": "no_such_tool", "arguments": {}}'],
    ['JSON without arguments', '{"name": "finish", "version": "1.0.0"}'],
    ['an example with words after it', '{"name": "finish", "arguments": {"summary": "x"}}\nis how a call looks.'],
    ['talk about the tag', 'A call begins with <tool_call> and some JSON.'],
  ])('are not seen in %s', (_, text) => {
    expect(parseTextCalls(text, TOOLS)).toMatchObject({ text, calls: [], broken: null });
  });

  it.each([
    ['broken JSON', '<tool_call>\n{"name": "finish", "arguments": {"summary": "x"]\n</tool_call>', false],
    ['an unknown tool', '<tool_call>\n{"name": "nope", "arguments": {}}\n</tool_call>', false],
    ['a call that is cut off', '<tool_call>\n{"name": "finish", "arguments": {"summ', true],
    ['bare JSON that is cut off', '{"name": "finish", "arguments": {"summ', true],
    ['a parameter that is cut off', '<function=finish>\n<parameter=summary>\nI did', true],
  ])('are broken in %s', (_, text, open) => {
    expect(parseTextCalls(text, TOOLS)).toMatchObject({ calls: [], broken: expect.any(String), open });
  });

  it('give numbers and lists as JSON, and text as it stands', () => {
    const text =
      '<function=read_file>\n<parameter=path>\n12\n</parameter>\n<parameter=offset>\n12\n</parameter>\n</function>';
    expect(parseTextCalls(text, TOOLS).calls).toEqual([{ name: 'read_file', input: { path: '12', offset: 12 } }]);
  });

  it('come back as they were printed, whatever a file says', () => {
    const body = fc.string({ unit: 'binary' }).filter(text => !text.includes('</parameter>') && !/\r$/.test(text));
    fc.assert(
      fc.property(body, content => {
        const call = { name: 'write_file', input: { path: 'a', content } };
        expect(parseTextCalls(printCall(call), TOOLS).calls).toEqual([call]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never throw and never invent a tool, on any text', () => {
    fc.assert(
      fc.property(messy, text => {
        const { calls, text: rest } = parseTextCalls(text, TOOLS);
        expect(calls.every(({ name }) => TOOLS.some(tool => tool.name === name))).toBe(true);
        expect(rest.length).toBeLessThanOrEqual(text.length);
        salvage(text, TOOLS);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the mending of JSON', () => {
  it.each([
    ['{"a": 1}]', { a: 1 }],
    ['Here: {"a": [1, 2,],}', { a: [1, 2] }],
    ['{"a": "two\nlines"}', { a: 'two\nlines' }],
    ['{"a": "cut', undefined],
    ['no JSON', undefined],
  ])('reads %j', (text, value) => {
    expect(parseLoosely(text)).toEqual(value);
  });

  it('leaves JSON as it is', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(parseLoosely(text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

describe('thoughts', () => {
  const splitWhole = (pieces: readonly string[]) => {
    const splitter = thoughtSplitter();
    const parts = [...pieces.flatMap(piece => splitter.push(piece)), ...splitter.flush()];
    const shown = parts.map(part => (part.type === 'text' ? part.text : '')).join('');
    return { text: splitter.text(), thinking: splitter.thinking(), shown };
  };

  it('are taken out wherever the stream is cut', () => {
    const text = '<think>\nFirst.\n</think>\nThe answer, with <b>tags</b>.\n<think>Second.</think>\nEnd.';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), places => {
        const cuts = [0, ...places.sort((left, right) => left - right), text.length];
        const pieces = cuts.slice(1).map((cut, place) => text.slice(cuts[place], cut));
        expect(splitWhole(pieces)).toMatchObject({
          text: 'The answer, with <b>tags</b>.\n\nEnd.',
          thinking: 'First.\nSecond.',
        });
      }),
    );
  });

  it('end where only the closing tag is there', () => {
    expect(splitWhole(['Hm, so.\n</think>\n\nThe answer.']).text).toBe('The answer.');
  });

  it('are left alone in a sentence and in the file of a call', () => {
    const spoken = 'The tag <think> opens a thought.';
    expect(splitWhole([spoken]).text).toBe(spoken);
    const call = '<function=write_file>\n<parameter=content>\n<think>\nkept\n</think>\n</parameter>\n</function>';
    expect(splitWhole([call]).text).toBe(call);
  });

  it('and text together are all of the stream, but for the tags', () => {
    fc.assert(
      fc.property(fc.array(messy), pieces => {
        const { shown, thinking } = splitWhole(pieces);
        expect(pieces.join('').length).toBeGreaterThanOrEqual(shown.length + thinking.length);
      }),
    );
  });
});

describe('repetition', () => {
  it('is seen after ten times of up to a thousand characters', () => {
    for (const period of [1, 3, 17, 60, 400, 1_000]) {
      const piece = Array.from({ length: period }, (_, place) => String.fromCharCode(97 + ((place * place) % 25))).join(
        '',
      );
      const times = Math.max(11, Math.ceil(1_600 / period));
      expect(repeatsAtEnd(`A beginning. ${piece.repeat(times)}`), `period ${period}`).toBe(true);
      expect(repeatsAtEnd(piece.repeat(times) + Array.from({ length: 80 }, (_, place) => place).join('-'))).toBe(false);
    }
  });

  it('is not seen in a ruler, a short table or ordinary text', () => {
    expect(repeatsAtEnd('='.repeat(400))).toBe(false);
    expect(repeatsAtEnd('| a | b |\n'.repeat(60))).toBe(false);
    const text = Array.from({ length: 4_000 }, (_, place) => `line ${place}: ${place * 31}`).join('\n');
    const watch = repetitionWatch();
    expect(
      Array.from({ length: text.length / 10 }, (_, place) => watch(text.slice(place * 10, place * 10 + 10))).some(
        Boolean,
      ),
    ).toBe(false);
  });

  it('is seen while the text streams', () => {
    const watch = repetitionWatch();
    expect(Array.from({ length: 400 }, () => watch('again and again, ')).indexOf(true)).toBeLessThan(120);
  });
});

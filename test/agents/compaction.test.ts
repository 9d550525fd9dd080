import { describe, expect, it } from 'vitest';
import { type Compaction, compact, leaveOut, withoutProgress } from '../../src/agents/compaction.ts';
import { estimateTokens } from '../../src/agents/prompt.ts';
import type { Message } from '../../src/core/model.ts';

const result = (place: number, name = 'read_file'): Message => ({
  role: 'tool',
  call_id: String(place),
  name,
  text: 'x'.repeat(4_000),
  is_error: false,
});
const opening: readonly Message[] = [
  { role: 'system', text: 's' },
  { role: 'user', text: 'u' },
];
const conversation = (results: number): readonly Message[] => [
  ...opening,
  ...Array.from({ length: results }, (_, place) => result(place)),
];

describe('a conversation that outgrows the model', () => {
  it('loses its oldest results, in one go and with room to spare, and keeps the newest whole', () => {
    const messages = conversation(20);
    const done = compact(messages, [], 20_000);
    expect(done).toMatchObject({ messages: 22 });
    const read = leaveOut(messages, done?.upto ?? 0);
    expect(estimateTokens(read)).toBe(done?.to_tokens);
    expect(done?.to_tokens).toBeLessThanOrEqual(8_000);
    expect(read[2]?.text).toContain('left out');
    expect(read.at(-1)?.text).toHaveLength(4_000);
    expect(read).toHaveLength(messages.length);
  });

  it('stays as it is where there is room, and right after it was compacted', () => {
    expect(compact(conversation(20), [], 1_000_000)).toBeNull();
    const messages = conversation(20);
    const first = compact(messages, [], 20_000);
    expect(first).not.toBeNull();
    if (first !== null) expect(compact([...messages, result(20)], [first], 20_000)).toBeNull();
  });

  it('leaves out more when it has grown again, never less', () => {
    const first = compact(conversation(20), [], 20_000);
    if (first === null) throw new Error('It was not compacted.');
    const second = compact(conversation(40), [first], 20_000);
    expect(second?.upto).toBeGreaterThan(first.upto);
  });

  it('has nothing to leave out where only the newest results are long', () => {
    expect(compact(conversation(6), [], 1_000)).toBeNull();
  });

  it('keeps what mattered in what it leaves out, and always becomes smaller', () => {
    const noise = Array.from({ length: 80 }, (_, line) => `ok ${line} nothing of note on this line`).join('\n');
    const text = `${noise}\nnot ok 81 - wraps a word longer than the line\nTypeError: width is undefined at src/wrap.js\n${noise}`;
    const failing: Message = { role: 'tool', call_id: '0', name: 'run_command', text, is_error: false };
    const [read] = leaveOut([failing], 1);
    expect(read?.text).toContain('not ok 81 - wraps a word longer than the line');
    expect(read?.text).toContain('TypeError: width is undefined at src/wrap.js');
    expect(read?.text.length).toBeLessThan(text.length / 4);
    for (let length = 401; length < 1_200; length += 7)
      expect(leaveOut([{ ...failing, text: text.slice(-length) }], 1)[0]?.text.length).toBeLessThan(length);
  });

  it('counts compactions since the last file was changed', () => {
    const done: readonly Compaction[] = [
      { upto: 3, messages: 10 },
      { upto: 9, messages: 20 },
    ];
    expect(withoutProgress(conversation(25), done)).toBe(2);
    const edited = [...conversation(13), { ...result(13, 'edit_file'), text: 'Changed a.js.' }, ...conversation(9)];
    expect(withoutProgress(edited, done)).toBe(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { ToolContext } from '../../src/agents/context.ts';
import { type Conversation, runTurn } from '../../src/agents/loop.ts';
import { openingMessages } from '../../src/agents/prompt.ts';
import { ROLE_TABLE } from '../../src/agents/roles.ts';
import type { NewEvent, TurnEnd } from '../../src/core/event.ts';
import { ok } from '../../src/core/failure.ts';
import type { Message, ToolCall } from '../../src/core/model.ts';
import type { Workspace } from '../../src/core/workspace.ts';

type Reply = { readonly text?: string; readonly calls?: readonly { name: string; input: unknown }[] };

/** The tools used here touch notes and memory only, so the workspace is one that nobody may look at. */
const nowhere = new Proxy(
  {},
  {
    get: (_, name) => {
      throw new Error(`The workspace’s ${String(name)} was used.`);
    },
  },
) as Workspace;

async function play(replies: readonly Reply[], over: Partial<Conversation> = {}) {
  const notes: string[] = [];
  const context: ToolContext = {
    workspace: nowhere,
    permission: () => 'open',
    recall: async query => [`about ${query}`],
    note: text => void notes.push(text),
    redact: text => text.replaceAll('hunter2', '[redacted]'),
  };
  const asked: Message[][] = [];
  let next = 0;
  const deps = {
    task: 'T1',
    context,
    async *ask(messages: readonly Message[]): AsyncGenerator<NewEvent, ReturnType<typeof ok<never>>> {
      asked.push([...messages]);
      const reply = replies[Math.min(next++, replies.length - 1)] ?? {};
      const calls: ToolCall[] = (reply.calls ?? []).map((call, place) => ({ id: `c${next}.${place}`, ...call }));
      const message = { role: 'assistant' as const, text: reply.text ?? '', calls };
      return ok({ message, usage: { in: 1, out: 1, cached: 0 }, stop: 'end', ms: 1 } as never);
    },
  };
  const start: Conversation = {
    messages: openingMessages(ROLE_TABLE.coder, 'Task T1'),
    calls: 0,
    pending: [],
    found_done: null,
    end: null,
    ...over,
  };
  const turn = runTurn(ROLE_TABLE.coder, start, deps);
  const events: NewEvent[] = [];
  for (;;) {
    const step = await turn.next();
    if (step.done) return { end: step.value as TurnEnd, events, asked, notes };
    events.push(step.value);
  }
}
const finish = { calls: [{ name: 'finish', input: { summary: 'Done.' } }] };

describe('one role’s turn', () => {
  it('runs tools in order, journals each before and after, and ends with finish', async () => {
    const { end, events, notes } = await play([
      {
        calls: [
          { name: 'note', input: { text: 'seen' } },
          { name: 'recall', input: { query: 'x' } },
        ],
      },
      finish,
    ]);
    expect(end).toEqual({ kind: 'finished', summary: 'Done.' });
    expect(
      events.map(event =>
        event.type === 'tool.started' || event.type === 'tool.ended' ? `${event.type} ${event.name}` : event.type,
      ),
    ).toEqual([
      'tool.started note',
      'tool.ended note',
      'tool.started recall',
      'tool.ended recall',
      'tool.started finish',
      'tool.ended finish',
    ]);
    expect(notes).toEqual(['seen']);
  });

  it('answers a wrong tool, a wrong input and a tool of another role, and goes on', async () => {
    const calls = [
      { name: 'delete_everything', input: {} },
      { name: 'note', input: { words: 'x' } },
      { name: 'constructor', input: {} },
    ];
    const { end, events } = await play([{ calls }, finish]);
    const answers = events.flatMap(event => (event.type === 'tool.ended' && event.is_error ? [event.text] : []));
    expect(answers).toHaveLength(3);
    expect(answers[0]).toContain('There is no tool delete_everything');
    expect(answers[1]).toContain('Wrong input for note');
    expect(end.kind).toBe('finished');
  });

  it('tells a model that only talks to act, and gives up after the third such reply', async () => {
    const { end, events } = await play([{ text: 'I would do it like this.' }]);
    expect(end).toMatchObject({ kind: 'gave_up', because: 'malformed_output' });
    expect(events.filter(({ type }) => type === 'turn.told')).toHaveLength(2);
  });

  it('nudges a loop of the same call with the same result once, then ends it', async () => {
    const { end, events, asked } = await play([{ calls: [{ name: 'recall', input: { query: 'same' } }] }]);
    expect(end).toMatchObject({ kind: 'gave_up', because: 'loop' });
    expect(events.filter(({ type }) => type === 'turn.told')).toHaveLength(1);
    expect(asked).toHaveLength(5);
  });

  it('ends when its calls are used up', async () => {
    let turn = 0;
    const replies = Array.from({ length: 100 }, () => ({
      calls: [{ name: 'recall', input: { query: String(turn++) } }],
    }));
    const { end, asked } = await play(replies);
    expect(end).toMatchObject({ kind: 'gave_up', because: 'no_progress' });
    expect(asked).toHaveLength(ROLE_TABLE.coder.max_calls);
  });

  it('shows a secret that a tool answers neither to the journal nor to the model', async () => {
    const { events, asked } = await play([{ calls: [{ name: 'recall', input: { query: 'hunter2' } }] }, finish]);
    const results = [
      ...events.filter(({ type }) => type === 'tool.ended'),
      ...(asked[1] ?? []).filter(({ role }) => role === 'tool'),
    ];
    expect(results).toHaveLength(3);
    expect(JSON.stringify(results)).not.toContain('hunter2');
  });

  it('asks, and hands over', async () => {
    expect((await play([{ calls: [{ name: 'ask', input: { question: 'Which?' } }] }])).end).toEqual({
      kind: 'asked',
      question: 'Which?',
    });
    const handed = await play([{ calls: [{ name: 'hand_off', input: { role: 'writer', summary: 'Docs.' } }] }]);
    expect(handed.end).toEqual({ kind: 'handed_off', to: 'writer', summary: 'Docs.' });
  });

  it('taken up again in its middle runs the call that has no result, and does not ask first', async () => {
    const call = { id: 'c9', name: 'note', input: { text: 'late' } };
    const messages: Message[] = [
      ...openingMessages(ROLE_TABLE.coder, 'Task T1'),
      { role: 'assistant', text: '', calls: [call] },
    ];
    const { notes, asked, end } = await play([finish], { messages, calls: 1, pending: [call] });
    expect(notes).toEqual(['late']);
    expect(asked[0]?.at(-1)).toMatchObject({ role: 'tool', call_id: 'c9' });
    expect(end.kind).toBe('finished');
  });

  it('taken up again does not repeat an edit that is found done, nor a turn whose end is known', async () => {
    const call = { id: 'c9', name: 'write_file', input: { path: 'a', content: 'b' } };
    const messages: Message[] = [
      ...openingMessages(ROLE_TABLE.coder, 'Task T1'),
      { role: 'assistant', text: '', calls: [call] },
    ];
    const found = await play([finish], { messages, calls: 1, pending: [call], found_done: 'c9' });
    expect(found.end.kind).toBe('finished');
    const known = await play([], { end: { kind: 'asked', question: 'Which?' } });
    expect(known).toMatchObject({ end: { kind: 'asked' }, asked: [] });
  });
});

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { FailureCode } from '../../src/core/failure.ts';
import type { LanguageModel, ModelRequest } from '../../src/core/model.ts';
import type { ParsedChat, ScriptedReply } from '../servers/scripted.ts';
import { ask, replied, request } from './helpers.ts';

export type Opened = {
  readonly model: LanguageModel;
  /** What the server was asked; null where there is none. */
  readonly requests: readonly ParsedChat[] | null;
  readonly aborted?: Promise<void>;
  close(): Promise<void>;
};
export type Trouble = {
  readonly reply: ScriptedReply;
  readonly code: FailureCode;
  readonly details?: Readonly<Record<string, unknown>>;
};
export type Backend = {
  readonly name: string;
  /** A model that answers its calls with these replies in turn. */
  open(replies: readonly ScriptedReply[]): Promise<Opened>;
  /** A model whose server is gone; null where there is none. */
  readonly unreachable: (() => Promise<LanguageModel>) | null;
  /** Each named trouble, as this backend's wire has it. */
  readonly troubles: Readonly<Record<string, Trouble>>;
  /** Its words for a reply that was cut at the limit. */
  readonly length: string;
};

const CALL = { name: 'read_file', input: { path: 'src/a.js' } };
const NESTED = { name: 'write_file', input: { path: 'ü "q".md', content: 'a\n\t"b"\\ {}</tool_call>\n' } };

/** What every language model must do, whatever is behind it. */
export function conformance(backend: Backend): void {
  describe(`the ${backend.name} client`, () => {
    const opened: Opened[] = [];
    const open = async (...replies: readonly ScriptedReply[]): Promise<Opened> => {
      const one = await backend.open(replies);
      opened.push(one);
      return one;
    };
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close();
    });

    replies(open);
    history(open);
    aborts(open);
    failures(backend, open);
  });
}

type Open = (...replies: readonly ScriptedReply[]) => Promise<Opened>;

function replies(open: Open): void {
  it('streams a text and returns it whole', async () => {
    const { model } = await open({ text: 'Hello, I am a model with — some — dashes.' });
    const { parts, result } = await ask(model);
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.map(part => (part.type === 'text' ? part.text : '')).join('')).toBe(
      'Hello, I am a model with — some — dashes.',
    );
    expect(model.id).toBe('the-model');
    expect(result).toMatchObject({
      ok: true,
      value: {
        stop: 'end',
        message: { role: 'assistant', text: 'Hello, I am a model with — some — dashes.', calls: [] },
      },
    });
  });

  it('returns a tool call with parsed input', async () => {
    const { model } = await open({ text: 'I look.', calls: [NESTED] });
    const { message, stop } = await replied(model);
    expect(stop).toBe('tool_use');
    expect(message.text).toBe('I look.');
    expect(message.calls).toEqual([{ id: expect.any(String), ...NESTED }]);
  });

  it('returns two calls in order with ids of their own', async () => {
    const { model } = await open({ calls: [CALL, NESTED] });
    const { calls } = (await replied(model)).message;
    expect(calls.map(({ name, input }) => ({ name, input }))).toEqual([CALL, NESTED]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  it('gives a call without arguments an empty input', async () => {
    const { model } = await open({ calls: [{ name: 'finish', input: {} }] });
    expect((await replied(model)).message.calls).toEqual([{ id: expect.any(String), name: 'finish', input: {} }]);
  });

  it('reports the tokens that were read and written', async () => {
    const { model } = await open({ text: 'Hi.', tokens: { in: 812, out: 34 } });
    expect((await replied(model)).usage).toEqual({ in: 812, out: 34, cached: 0 });
  });
}

function history(open: Open): void {
  it('sends results back and keeps ids unique in the conversation', async () => {
    const { model, requests } = await open({ calls: [CALL, CALL] }, { calls: [CALL] });
    const first = await replied(model);
    const results = first.message.calls.map(({ id, name }, place) => ({
      ...{ role: 'tool' as const, call_id: id, name, text: `content ${place}`, is_error: place === 1 },
    }));
    const second: ModelRequest = {
      ...request({ about: { task: 'T1', role: 'coder', try: 1, call: 2 } }),
      messages: [...request().messages, first.message, ...results],
    };
    const { calls } = (await replied(model, second)).message;
    const ids = [...first.message.calls, ...calls].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    if (requests === null) return;
    expect(requests[1]?.system).toBe('You are a coder.');
    expect(requests[1]?.tools).toEqual(['read_file', 'write_file', 'finish']);
    expect(requests[1]?.messages).toEqual([
      { role: 'user', text: 'Task T1 – Say hello.\n\nTry 1.' },
      { role: 'assistant', text: '', calls: [CALL, CALL] },
      { role: 'tool', text: 'content 0', tool: 'read_file' },
      { role: 'tool', text: 'content 1', tool: 'read_file' },
    ]);
  });
}

function aborts(open: Open): void {
  it('rejects with the reason when it is aborted in the middle of a reply', async () => {
    const { model, aborted } = await open({
      text: 'A long text that never ends.',
      fault: { kind: 'stall', after_parts: 1 },
    });
    const stop = new AbortController();
    const reply = model.reply(request(), stop.signal);
    expect((await reply.next()).done).toBe(false);
    const reason = new Error('the person pressed stop');
    stop.abort(reason);
    await expect(reply.next()).rejects.toBe(reason);
    await aborted;
  });

  it('sends nothing when it is aborted before', async () => {
    const { model, requests } = await open({ text: 'never' });
    const reason = new Error('too late');
    await expect(ask(model, request(), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(requests ?? []).toEqual([]);
  });

  it('lets the server go when the reader leaves', async () => {
    const { model, aborted } = await open({ text: 'A long text.', fault: { kind: 'stall', after_parts: 1 } });
    for await (const part of model.reply(request())) {
      expect(part.type).toBe('text');
      break;
    }
    await aborted;
  });
}

function failures(backend: Backend, open: Open): void {
  if (backend.unreachable !== null) {
    const { unreachable } = backend;
    it('says where it looked when the server is gone', async () => {
      const { result } = await ask(await unreachable());
      expect(result).toMatchObject({
        ok: false,
        error: { code: 'provider.unreachable', hint: expect.stringMatching(/\d/) },
      });
    });
  }

  it.each(Object.entries(backend.troubles))('%s is a failure with its code', async (_, { reply, code, details }) => {
    const { model, requests } = await open(reply);
    const { result } = await ask(model);
    expect(result).toMatchObject({ ok: false, error: { code, hint: expect.stringMatching(/\w/) } });
    if (details !== undefined) expect(result).toMatchObject({ error: { details } });
    expect(requests?.length ?? 1).toBe(1);
  });

  it('keeps a text that was cut at the limit and says so', async () => {
    const { model } = await open({ text: 'As far as it', stop: backend.length });
    expect(await replied(model)).toMatchObject({ stop: 'length', message: { text: 'As far as it', calls: [] } });
  });

  if (backend.unreachable === null) return;
  it('never returns a call of a reply that was cut at the limit', async () => {
    const { model } = await open({ text: 'I write', calls: [CALL], stop: backend.length, tokens: { in: 10, out: 7 } });
    const { result } = await ask(model);
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'model.truncated', details: { tokens_in: 10, tokens_out: 7 } },
    });
  });

  it('answers with a failure, never an exception, whatever the server sends', async () => {
    const body = fc.oneof(fc.string(), fc.json(), fc.jsonValue());
    const status = fc.integer({ min: 400, max: 599 });
    await fc.assert(
      fc.asyncProperty(status, body, fc.constantFrom('status', 'error', 'line'), async (code, sent, how) => {
        const fault =
          how === 'status'
            ? ({ kind: 'status', status: code, body: sent } as const)
            : ({ kind: 'error_line', after_parts: 1, body: how === 'error' ? { error: sent } : sent } as const);
        const one = await backend.open([
          { text: 'some text here', fault },
          { text: 'again', fault },
        ]);
        try {
          expect((await ask(one.model)).result.ok).toBe(false);
        } finally {
          await one.close();
        }
      }),
      { numRuns: 60 },
    );
  });
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ok } from '../../src/core/failure.ts';
import type { LanguageModel, Message, ModelRequest } from '../../src/core/model.ts';
import { openProvider, type ProviderConfig } from '../../src/models/provider.ts';
import { printScript, type ReplayEntry, recording } from '../../src/models/record.ts';
import { parseScript } from '../../src/models/replay-script.ts';
import { fromReplayScript } from '../servers/replay.ts';
import type { ParsedChat } from '../servers/scripted.ts';
import { ask, manualClock, modelConfig, providerConfig, realClock, replied, request } from './helpers.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function open(text: string, change: Partial<ProviderConfig> = {}, clock = realClock) {
  const folder = await mkdtemp(join(tmpdir(), 'llmclis-replay-'));
  folders.push(folder);
  const script = join(folder, 'script.yaml');
  await writeFile(script, text);
  const provider = await openProvider(providerConfig({ kind: 'replay', script, ...change }), clock);
  return { provider, model: (alias = 'the-model') => provider.model(modelConfig({ alias })), script };
}
const about = (change: Partial<NonNullable<ModelRequest['about']>>): ModelRequest =>
  request({ about: { task: 'T1', role: 'coder', try: 1, call: 1, ...change } });

describe('a replay script', () => {
  it('answers by task, try and call, and by model and role where an entry names them', async () => {
    const { model } = await open(
      printScript([
        { task: 'T1', try: 1, call: 1, model: 'big', text: 'the big one' },
        { task: 'T1', try: 1, call: 1, role: 'tester', text: 'the tester' },
        { task: 'T1', try: 1, call: 1, text: 'anyone' },
        { task: 'T1', try: 2, call: 1, text: 'second try' },
        { task: 'T1', try: 1, call: 2, text: 'second call' },
      ]),
    );
    const said = async (alias: string, change = {}) => (await replied(model(alias), about(change))).message.text;
    expect(await said('big')).toBe('the big one');
    expect(await said('small', { role: 'tester' })).toBe('the tester');
    expect(await said('small')).toBe('anyone');
    expect(await said('small', { try: 2 })).toBe('second try');
    expect(await said('small', { call: 2 })).toBe('second call');
  });

  it('says exactly what it has no reply for', async () => {
    const { model, script } = await open(printScript([{ task: 'T1', try: 1, call: 1, text: 'Hi.' }]));
    expect((await ask(model('small'), about({ task: 'T2', try: 3, call: 2 }))).result).toMatchObject({
      error: {
        code: 'replay.missing',
        message: `The replay script ${script} has no reply for task T2, try 3, call 2, role coder, model small.`,
      },
    });
  });

  it('answers a call that is made again after a failure with the next entry', async () => {
    const key = { task: 'T1', try: 1, call: 1 };
    const fail = { code: 'provider.rate_limit' as const, message: 'Slow down.', details: { retry_after_s: 2 } };
    const { model } = await open(
      printScript([
        { ...key, fail },
        { ...key, text: 'Now.' },
      ]),
    );
    const small = model();
    expect((await ask(small)).result).toMatchObject({ error: { ...fail, hint: expect.any(String) } });
    expect((await replied(small)).message.text).toBe('Now.');
  });

  it('guesses tokens at four characters each where it names none', async () => {
    const { model } = await open(printScript([{ task: 'T1', try: 1, call: 1, text: '12345678' }]));
    const { usage } = await replied(model(), {
      ...request(),
      tools: [],
      messages: [{ role: 'user', text: 'x'.repeat(41) }],
    });
    expect(usage).toEqual({ in: 11, out: 2, cached: 0 });
  });

  it('waits between parts only when it is told to', async () => {
    const clock = manualClock();
    const { model } = await open(
      printScript([{ task: 'T1', try: 1, call: 1, text: 'abcdefgh' }]),
      { pace_ms: 2_000 },
      clock,
    );
    const reply = model().reply(request());
    const first = reply.next();
    await clock.expire(2);
    expect((await first).value).toEqual({ type: 'text', text: 'ab' });
  });

  it.each([
    ['version: 1\nreplies:\n  - task: T1\n    try: 1\n    call: one\n', /line 5: replies\.0\.call/],
    ['version: 1\nreplies:\n  - task: T1\n    try: 1\n    call: 1\n    txt: Hi.\n', /line 6: replies\.0: .*txt/],
    ['version: 2\nreplies: []\n', /line 1: version/],
    [
      'version: 1\nreplies:\n  - {task: T1, try: 1, call: 1, fail: {code: nope, message: x}}\n',
      /line 3: replies\.0\.fail\.code/,
    ],
    [
      'version: 1\nreplies:\n  - {task: T1, try: 1, call: 1, text: a}\n  - {task: T1, try: 1, call: 1, text: b}\n',
      /line 4: a reply for task T1, try 1, call 1/,
    ],
    ['version: 1\nreplies: [\n', /line \d+: /],
    ['- nothing\n', /line 1: the script/],
    ['version: *missing\n', /alias/],
  ])('that is wrong is refused with the line: %j', async (text, message) => {
    const { provider, model } = await open(text);
    expect((await ask(model())).result).toMatchObject({
      error: { code: 'input.invalid', message: expect.stringMatching(message) },
    });
    expect(await provider.status()).toMatchObject({
      reachable: false,
      problem: { message: expect.stringMatching(message) },
    });
  });

  it('that is not there is a failure, not an exception', async () => {
    const { model } = await open('', { script: '/nowhere/script.yaml' });
    expect((await ask(model())).result).toMatchObject({ error: { code: 'input.not_found' } });
  });

  it('is read from any text without an exception', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        expect(parseScript(text, 'x').ok).toBe(false);
      }),
    );
  });
});

const talker = (texts: readonly string[]): LanguageModel => {
  let place = 0;
  return {
    id: 'the-model',
    async *reply() {
      const text = texts[place++] ?? '';
      yield { type: 'text', text };
      const calls = [
        { id: `server-id-${place}`, name: 'write_file', input: { path: 'a', content: `${text}\r\n\ttail ` } },
      ];
      return ok({
        message: { role: 'assistant', text, calls },
        usage: { in: 10 * place, out: place, cached: 3 },
        stop: 'tool_use',
        ms: 7,
      });
    },
  };
};

describe('a recorded conversation', () => {
  it('replays to the same replies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 4 }),
        async texts => {
          const entries: ReplayEntry[] = [];
          const hold = async (model: LanguageModel) => {
            const messages: Message[] = [...request().messages];
            const replies = [];
            for (let call = 1; call <= texts.length; call++) {
              const reply = await replied(
                model,
                request({ messages, about: { task: 'T1', role: 'coder', try: 1, call } }),
              );
              messages.push(reply.message, {
                role: 'tool',
                call_id: reply.message.calls[0]?.id ?? '',
                name: 'write_file',
                text: 'ok',
                is_error: false,
              });
              const calls = reply.message.calls.map(({ name, input }) => ({ name, input }));
              replies.push({ ...reply, message: { text: reply.message.text, calls } });
            }
            return replies;
          };
          const said = await hold(recording(talker(texts), entry => entries.push(entry)));
          const { model } = await open(printScript(entries));
          expect(await hold(model())).toEqual(said);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('keeps failures with their hint and details', async () => {
    const script = printScript([
      {
        task: 'T1',
        try: 1,
        call: 1,
        fail: { code: 'model.context_exceeded', message: 'm', hint: 'h', details: { window_tokens: 5 } },
      },
    ]);
    const entries: ReplayEntry[] = [];
    const { model } = await open(script);
    const first = await ask(recording(model(), entry => entries.push(entry)));
    const again = await open(printScript(entries));
    expect((await ask(again.model())).result).toEqual(first.result);
  });
});

describe('a script played on a server', () => {
  const chat = (...texts: readonly string[]): ParsedChat => ({
    ...{ model: 'tiny', system: '', tools: [], raw: {} },
    messages: texts.map((text, place) => ({
      role: place % 2 === 0 ? ('user' as const) : ('assistant' as const),
      text,
    })),
  });
  const reply = fromReplayScript(
    [
      { task: 'S1', try: 1, call: 1, text: 'S1 first' },
      { task: 'S1.1', try: 2, call: 2, text: 'S1.1 second' },
      { task: 'S1.1', try: 2, call: 1, model: 'cloud', text: 'for the cloud' },
    ],
    { aliases: { tiny: 'local' } },
  );

  it('takes the task, the last try and the number of the call from the conversation', () => {
    expect(reply(chat('# Task S1 – a title\nTry 1.'))).toEqual({ text: 'S1 first' });
    expect(reply(chat('# Task S1.1 – a title\nTry 1.\nTry 2.', 'a reply', 'Go on.'))).toEqual({ text: 'S1.1 second' });
  });

  it('says what it has no entry for', () => {
    expect(reply(chat('# Task S1.1 – a title\nTry 2.'))).toMatchObject({
      fault: { status: 400, body: { error: expect.stringContaining('task S1.1, try 2, call 1, model tiny') } },
    });
  });
});

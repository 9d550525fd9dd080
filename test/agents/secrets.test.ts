import { describe, expect, it } from 'vitest';
import type { ToolContext } from '../../src/agents/context.ts';
import { type Conversation, runTurn } from '../../src/agents/loop.ts';
import { ROLE_TABLE } from '../../src/agents/roles.ts';
import { TOOLS } from '../../src/agents/tools.ts';
import { ok } from '../../src/core/failure.ts';
import type { Permission } from '../../src/core/permission.ts';
import type { PlannedEdit, Workspace } from '../../src/core/workspace.ts';

const SECRET = 'hunter2-of-a-person';
type Words = Readonly<Record<string, 'allowed' | 'denied'>>;

/** A worktree of one file that holds a secret, and what people have said about borders. */
function contextWith(words: Words = {}) {
  let file = `user=me\npassword=${SECRET}\n`;
  const planned = (text: string): PlannedEdit => ({
    ...{ path: 'a.txt', before: 'old', after: 'new' },
    bytes: new TextEncoder().encode(text),
  });
  const workspace = {
    read: async () => ok({ text: file, lines: 3 }),
    planWrite: async (_: string, content: string) => ok(planned(content)),
    planReplace: async (_: string, old: string, next: string) => ok(planned(file.replace(old, next))),
    apply: async ({ bytes }: PlannedEdit) => {
      file = new TextDecoder().decode(bytes);
      return ok(undefined);
    },
  } as unknown as Workspace;
  const context: ToolContext = {
    workspace,
    redact: text => text.replaceAll(SECRET, '[redacted:PASSWORD]'),
    permission: ({ what }: Permission) => words[what] ?? 'open',
    recall: async () => [],
    note: () => undefined,
  };
  return { context, file: () => file };
}

async function call(name: string, input: object, { context } = contextWith()) {
  const tool = TOOLS.find(({ spec }) => spec.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return (await tool.start(input, context)).run();
}

describe('request_permission', () => {
  it('is a tool of those who work, and of nobody else', () => {
    const having = Object.values(ROLE_TABLE).filter(({ tools }) => tools.includes('request_permission'));
    expect(having.map(({ name }) => name)).toEqual(['coder', 'tester', 'researcher', 'writer']);
  });

  it('asks what is open and ends the turn; what was answered is answered at once', async () => {
    const there = contextWith({ 'a.example': 'allowed', '/opt/b': 'denied' });
    const ask = (kind: string, what: string) =>
      call('request_permission', { kind, what, why: `For ${SECRET}.` }, there);
    expect(await ask('network', 'https://A.example/x')).toEqual({
      text: 'Allowed already: commands may reach the host a.example. Go on.',
      is_error: false,
    });
    expect(await ask('path', '/opt/b/')).toMatchObject({
      is_error: true,
      text: expect.stringContaining('has said no'),
    });
    expect(await ask('secret', 'NPM_TOKEN')).toMatchObject({
      end: {
        kind: 'asked',
        question: 'May commands of this project get the secret NPM_TOKEN? For [redacted:PASSWORD].',
        permission: { kind: 'secret', what: 'NPM_TOKEN' },
      },
    });
    expect(await ask('path', 'relative')).toMatchObject({ is_error: true });
    expect(await ask('planet', 'mars')).toMatchObject({ is_error: true });
  });
});

describe('a secret that a model sees as a mark', () => {
  it('is not written over by the mark', async () => {
    const there = contextWith();
    const shown = (await call('read_file', { path: 'a.txt' }, there)).text;
    const content = there.context.redact(shown).replace('user=me', 'user=you');
    expect(await call('write_file', { path: 'a.txt', content }, there)).toMatchObject({
      is_error: true,
      text: expect.stringContaining('[redacted:PASSWORD]'),
    });
    expect(there.file()).toContain(SECRET);
    expect(await call('edit_file', { path: 'a.txt', old: 'user=me', new: 'user=you' }, there)).toMatchObject({
      is_error: false,
    });
    expect(there.file()).toBe(`user=you\npassword=${SECRET}\n`);
    expect(await call('write_file', { path: 'a.txt', content: 'new [redacted:OTHER]\n' }, there)).toMatchObject({
      is_error: false,
    });
  });

  it('after a restart a call that was not kept whole is not made, and the model is told', async () => {
    const there = contextWith();
    const input = { path: 'a.txt', content: 'password=[redacted:PASSWORD]\n' };
    const start: Conversation = {
      messages: [{ role: 'assistant', text: '', calls: [{ id: 'c1', name: 'write_file', input }] }],
      ...{ calls: 1, pending: [{ id: 'c1', name: 'write_file', input }], found_done: null, end: null },
    };
    const told: string[] = [];
    const turn = runTurn(ROLE_TABLE.coder, start, {
      task: 'T1',
      context: there.context,
      async *ask(messages) {
        yield* [];
        told.push(messages.at(-1)?.text ?? '');
        const finish = { id: 'c2', name: 'finish', input: { summary: 'Done.' } };
        const message = { role: 'assistant' as const, text: '', calls: [finish] };
        return ok({ message, usage: { in: 1, out: 1, cached: 0 }, stop: 'end', ms: 1 } as never);
      },
    });
    for (let step = await turn.next(); !step.done; step = await turn.next());
    expect(told).toEqual([expect.stringContaining('Send it again')]);
    expect(there.file()).toContain(SECRET);
  });
});

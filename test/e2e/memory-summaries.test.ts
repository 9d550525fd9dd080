import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openApp } from '../../src/app.ts';
import type { RunEvent } from '../../src/core/event.ts';
import { scriptedAnthropic } from '../servers/anthropic.ts';
import { scriptedOllama } from '../servers/ollama.ts';
import type { ParsedChat, ScriptedReply } from '../servers/scripted.ts';
import { must, of } from '../support/events.ts';
import { makeRepository, temporaryFolder, writeFiles } from '../support/repository.ts';
import { SHIPPED } from '../support/run.ts';

const SUMMARY = 'Tried: words.txt with "no" failed, its check is grep -qs ^yes$ words.txt.';

/** The small model never gets it right, the big one does; the small one writes the summaries. */
function answer(local: boolean, asked: ParsedChat[]): (chat: ParsedChat) => ScriptedReply {
  return chat => {
    asked.push(chat);
    if (chat.tools.length === 0) return { text: SUMMARY };
    const hasWritten = chat.messages.some(({ role }) => role === 'tool');
    if (hasWritten) return { calls: [{ name: 'finish', input: { summary: 'Wrote words.txt.' } }] };
    return { calls: [{ name: 'write_file', input: { path: 'words.txt', content: local ? 'no\n' : 'yes\n' } }] };
  };
}

it('over HTTP a local model writes what is handed to the cloud model, with no tool and in few tokens', async () => {
  const folder = temporaryFolder();
  const root = makeRepository({ 'README.md': 'Words.\n' }, join(folder, 'project'));
  const [small, big]: [ParsedChat[], ParsedChat[]] = [[], []];
  const local = await scriptedOllama({ models: ['small'], reply: answer(true, small) });
  const cloud = await scriptedAnthropic({ key: 'key', reply: answer(false, big) });
  const registry = join(folder, 'model_registry.yaml');
  writeFiles(folder, {
    'model_registry.yaml': `version: 1
providers:
  here: {kind: ollama, base_url: ${local.url}, location: local}
  there: {kind: anthropic, base_url: ${cloud.url}, api_key_env: SUMMARY_KEY, location: cloud}
models:
  small: {provider: here, id: small, context: {window: 32768, num_ctx: 32768, max_output: 4096}}
  big: {provider: there, id: big, context: {window: 200000, max_output: 8192}, price_per_mtok: {input: 5, output: 25}}
roles:
  coder: {ladder: [small, big], needs: [tools]}
summaries: {model: auto, max_tokens: 100}
`,
  });
  const env = { ...process.env, LLMCLIS_HOME: join(folder, 'home'), LLMCLIS_MUTANTS: '0', SUMMARY_KEY: 'key' };
  const app = openApp({ env, cwd: root, version: '0.0.0', shipped: SHIPPED });
  try {
    const km = must(app.km());
    const project = must(km.addProject({ name: 'words', root }));
    must(
      km.addTask(
        {
          project_id: project.id,
          key: 'A',
          title: 'Words',
          description: 'Write words.txt.',
          checks: ['grep -qs ^yes$ words.txt'],
        },
        'test',
      ),
    );
    const events: RunEvent[] = [];
    const options = { registry, no_sandbox: true };
    must(await app.orchestrate(project, options, event => void events.push(event), new AbortController().signal));
    expect(of(events, 'task.done')).toHaveLength(1);
    expect(of(events, 'escalated')).toHaveLength(1);
    const written = of(events, 'summary.written').map(({ kind, by, because }) => [kind, by, because]);
    expect(written).toEqual([
      ['handoff', 'model', 'the cheapest model that can write summaries'],
      ['task', 'model', 'the cheapest model that can write summaries'],
    ]);
    const handed = of(events, 'memory.stored').find(({ memory_type }) => memory_type === 'handoff_summary');
    expect(handed?.text).toMatch(
      /^A – Words: handed from coder on small to coder on big\.\nGoal: Write words\.txt\.\nTried: /,
    );
    const calls = small.filter(({ tools }) => tools.length === 0);
    expect(calls.map(({ raw }) => raw.options)).toEqual([
      expect.objectContaining({ num_predict: 200 }),
      expect.objectContaining({ num_predict: 200 }),
    ]);
    expect(big.every(({ tools }) => tools.length > 0)).toBe(true);
    const order = events
      .map(({ type }) => type)
      .filter(type => ['summary.written', 'escalated', 'task.done'].includes(type));
    expect(order).toEqual(['summary.written', 'escalated', 'summary.written', 'task.done']);
  } finally {
    app.close();
    await local.close();
    await cloud.close();
  }
});

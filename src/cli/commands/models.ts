import type { App } from '../../app.ts';
import { ok } from '../../core/failure.ts';
import type { ProviderStatus, ServedModel } from '../../core/model.ts';
import { count, oneLine } from '../../core/sentence.ts';
import { defineCommand } from '../command.ts';
import type { Output } from '../output.ts';
import { formatTable } from '../table.ts';

/** Exit code when something that was asked for does not answer. */
const MISSING = 4;

const REGISTRY_FLAG = { type: 'string', value: 'FILE', help: 'The model registry to use.' } as const;

const size = (bytes: number | undefined): string => (bytes === undefined ? '' : `${(bytes / 1e9).toFixed(1)} GB`);

const modelRow = (model: ServedModel): readonly string[] => [
  `  ${oneLine(model.name, 80)}`,
  size(model.size_bytes),
  model.context_tokens === undefined ? '' : `${count(model.context_tokens)} tokens`,
  oneLine((model.capabilities ?? []).join(', '), 80),
];

function providerLines(status: ProviderStatus, out: Output): string[] {
  const state = status.reachable ? out.style('green', 'reachable') : out.style('red', 'not reachable');
  const head = `${out.style('bold', oneLine(status.provider))}  ${oneLine(status.base_url, 200)}  ${state}`;
  const problem = status.problem;
  const trouble =
    problem === undefined ? [] : [`  ${oneLine(problem.message, 400)}`, `  next: ${oneLine(problem.hint, 400)}`];
  if (status.models.length === 0) return [head, ...trouble];
  const columns = [
    { title: '  model' },
    { title: 'size', align: 'right' },
    { title: 'context', align: 'right' },
    { title: 'can' },
  ] as const;
  return [head, ...trouble, ...formatTable(columns, status.models.map(modelRow))];
}

export const modelsList = defineCommand({
  name: 'models list',
  summary: 'Show each provider of the registry: does it answer, and which models does it serve?',
  args: {},
  flags: { registry: REGISTRY_FLAG },
  examples: [{ command: 'llmclis models list', does: 'Asks every provider; calls no model, costs nothing.' }],
  run: async (app: Pick<App, 'providerStatus'>, { flags }, out) => {
    const providers = await app.providerStatus(flags.registry);
    if (!providers.ok) return providers;
    for (const status of providers.value) out.lines(providerLines(status, out));
    if (out.isJson) out.json({ providers: providers.value });
    return ok(0);
  },
});

export const modelsSmoke = defineCommand({
  name: 'models smoke',
  summary: 'Send a trivial prompt to the models; shows latency, tokens and size of the reply.',
  about: 'Exit 4 when one of them does not answer. Cloud models cost a fraction of a cent.',
  args: {},
  flags: {
    model: { type: 'string', value: 'M', help: 'Only this model, by its name in the registry.' },
    registry: REGISTRY_FLAG,
  },
  examples: [
    { command: 'llmclis models smoke', does: 'Every model of the registry.' },
    { command: 'llmclis models smoke --model qwen-coder-local', does: 'One of them.' },
  ],
  run: async (app: Pick<App, 'smoke'>, { flags }, out) => {
    const results = await app.smoke(flags.model, flags.registry);
    if (!results.ok) return results;
    const rows = results.value.map(result => [
      oneLine(result.model, 60),
      result.ok ? out.style('green', 'ok') : out.style('red', 'failed'),
      `${count(result.ms)} ms`,
      result.tokens === null ? '' : `${count(result.tokens.in)} in, ${count(result.tokens.out)} out`,
      result.ok ? `${count(result.size)} characters` : '',
      oneLine(result.text, 100),
    ]);
    const columns = [
      { title: 'model' },
      { title: '' },
      { title: 'latency', align: 'right' },
      { title: 'tokens' },
      { title: 'size' },
      { title: 'reply' },
    ] as const;
    out.lines(formatTable(columns, rows));
    if (out.isJson) out.json({ results: results.value });
    return ok(results.value.every(result => result.ok) ? 0 : MISSING);
  },
});

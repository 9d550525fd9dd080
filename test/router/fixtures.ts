import { readFileSync } from 'node:fs';
import type { Attempt, RoleName } from '../../src/core/task.ts';
import type { RouteContext } from '../../src/router/ladder.ts';
import { parseRegistry, type Registry } from '../../src/router/registry.ts';
import { type Job, type RouteDecision, route } from '../../src/router/route.ts';

export const shippedText = readFileSync(new URL('../../model_registry.yaml', import.meta.url), 'utf8');

/** Three rungs: a local one that reads 32,768 tokens, a middle and a strong cloud one of two providers. */
export const THREE_RUNGS = `version: 1
providers:
  ollama: {kind: ollama, location: local}
  openrouter: {kind: openai, base_url: https://openrouter.ai/api/v1, api_key_env: OPENROUTER_API_KEY, location: cloud}
  anthropic: {kind: anthropic, location: cloud}
models:
  local:
    provider: ollama
    id: qwen3-coder:30b
    context: {window: 262144, num_ctx: 32768, max_output: 8192}
  middle:
    provider: openrouter
    id: deepseek/deepseek-v3.2
    context: {window: 131072, max_output: 32768}
    price_per_mtok: {input: 0.55, output: 2.19, cache_read: 0.14}
    tier: 2
  strong:
    provider: anthropic
    id: claude-opus-5-5
    context: {window: 1000000, max_output: 32000}
    capabilities: {vision: true, verified: true}
    price_per_mtok: {input: 4, output: 20, cache_read: 0.2, cache_write: 5}
    tier: 4
roles:
  coder: {ladder: [local, middle, strong]}
`;

export function registryOf(text: string): Registry {
  const parsed = parseRegistry(text, 'model_registry.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

/** The example with a rules section, budgets or other lines appended. */
export const threeRungs = (extra = ''): Registry => registryOf(THREE_RUNGS + extra);

export const everything: RouteContext = { mode: 'local-first', available: () => ({ ok: true }) };
export const without = (alias: string, because = `${alias} is missing`): RouteContext => ({
  mode: 'local-first',
  available: asked => (asked === alias ? { ok: false, because } : { ok: true }),
});

export const attempt = (model: string, outcome: Attempt['outcome'], role: RoleName = 'coder'): Attempt => ({
  run_id: 'r1',
  role,
  model,
  location: model === 'local' ? 'local' : 'cloud',
  outcome,
  evidence: '',
  tokens_in: 0,
  tokens_out: 0,
  usd: 0,
});

export const job = (attempts: readonly Attempt[] = [], more: Partial<Job> = {}): Job => ({
  role: 'coder',
  tags: [],
  priority: 2,
  private: false,
  est_tokens: 0,
  attempts,
  failure: null,
  ...more,
});

/** The decision in one line: `middle escalate`, `exhausted checks_failed`, `none`. */
export function short(decision: RouteDecision): string {
  if (decision.kind === 'use') return `${decision.model} ${decision.action}`;
  return decision.kind === 'exhausted' ? `exhausted ${decision.reason}` : 'none';
}

/** Plays a task whose turns fail as listed, one after the other, and says every decision. */
export function play(registry: Registry, outcomes: readonly Attempt['outcome'][], context = everything): string[] {
  const attempts: Attempt[] = [];
  const said: string[] = [];
  for (const outcome of [...outcomes, null]) {
    const decision = route(job(attempts), registry, context);
    said.push(short(decision));
    if (decision.kind !== 'use' || outcome === null) break;
    attempts.push(attempt(decision.model, outcome));
  }
  return said;
}

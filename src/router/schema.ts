import { z } from 'zod';
import { ROUTING_MODES } from '../core/event.ts';
import { REFERENCE_FORMS, readReference } from '../core/secret-reference.ts';
import { RULE_FAILURES } from './failure-words.ts';

/**
 * A section that refuses keys it does not know. The message of such an issue is the list of the keys that exist, separated
 * by spaces: `problems.ts` makes one sentence per wrong key out of it.
 */
const section = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, {
    error: issue => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });

/** A single word or a list of them; always a list afterwards. */
const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.preprocess(value => (Array.isArray(value) ? value : [value]), z.array(item).min(1));

const word = z.string().trim().min(1);
/** Names of providers, models, roles and rules. */
const name = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.:/@-]*$/,
    'a name starts with a letter or digit and has only letters, digits and . _ - : / @',
  );
const seconds = z.number().positive();
const count = z.int().min(0);
const tokens = z.int().min(1);
const usd = z.number().min(0);
const price = z.number().min(0).max(10_000);
const share = z.number().min(0).max(1);
const period = z.string().regex(/^\d+[mhd]$/, 'a period is a number with m, h or d, for example 1d');
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

const LOCATIONS = ['local', 'cloud'] as const;
const ABILITIES = ['tools', 'json', 'vision', 'thinking'] as const;

/** Only what is written: what is left out is filled in by `registry.ts`, which knows where the server is. */
const timeout = section({
  connect_s: seconds.optional(),
  first_token_s: seconds.optional(),
  idle_s: seconds.optional(),
  total_s: seconds.optional(),
});

const provider = section({
  kind: z.enum(['ollama', 'anthropic', 'openai', 'replay']),
  base_url: maybe(z.string()),
  api_key_env: maybe(
    z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,79}$/, 'this is the name of an environment variable, never the key itself'),
  ),
  api_key: maybe(
    z
      .string()
      .refine(
        text => readReference(text).ok,
        `this is where the key is kept (${REFERENCE_FORMS}; a variable alone: api_key_env), never the key itself`,
      ),
  ),
  proxy: maybe(word),
  location: maybe(z.enum(LOCATIONS)),
  script: maybe(word),
  pace_ms: count.default(0),
  max_parallel: maybe(z.int().min(1)),
  rpm: maybe(z.int().min(1)),
  tpm: maybe(z.int().min(1)),
  data_policy: z.array(z.enum(['no-private'])).default([]),
  health: maybe(section({ path: word.default('/'), every_s: seconds.default(30) })),
  timeout: timeout.prefault({}),
});

const model = section({
  provider: name,
  id: word,
  context: section({ window: tokens, num_ctx: maybe(tokens), max_output: tokens }),
  capabilities: section({
    tools: z.boolean().default(true),
    json: z.boolean().default(true),
    vision: z.boolean().default(false),
    thinking: z.boolean().default(false),
    stream: z.boolean().default(true),
    verified: z.boolean().default(false),
  }).prefault({}),
  think: maybe(z.union([z.boolean(), z.enum(['low', 'medium', 'high'])], 'true, false, low, medium or high')),
  price_per_mtok: maybe(section({ input: price, output: price, cache_read: maybe(price), cache_write: maybe(price) })),
  cost_per_hour_usd: maybe(usd),
  vram_gb: maybe(z.number().positive()),
  tier: maybe(z.int().min(0).max(100)),
  tags: z.array(word).default([]),
  deprecated: maybe(z.iso.date('a date such as 2026-12-31')),
});

const role = section({
  ladder: maybe(z.array(name).min(1)),
  needs: z.array(z.enum(ABILITIES)).default([]),
  attempts_per_rung: z.int().min(1).max(8).default(1),
  retry_with_evidence: z.int().min(0).max(7).default(1),
  verifier: z.array(word).default([]),
  different_model_than: maybe(name),
});

const bounds = {
  lt: z.number().optional(),
  lte: z.number().optional(),
  gt: z.number().optional(),
  gte: z.number().optional(),
  eq: z.number().optional(),
};
const comparison = section(bounds);

const CONTEXT_NEED = 'a number of tokens, larger, est_tokens or est_tokens*1.15';
const contextNeed = z.union(
  [tokens, z.string().regex(/^(larger|est_tokens(\s*\*\s*\d+(\.\d+)?)?)$/, `must be ${CONTEXT_NEED}`)],
  CONTEXT_NEED,
);

const rule = section({
  name,
  when: section({
    any_tag: oneOrMany(word).optional(),
    all_tags: oneOrMany(word).optional(),
    role: oneOrMany(name).optional(),
    private: z.boolean().optional(),
    offline: z.boolean().optional(),
    priority: comparison.optional(),
    est_tokens: comparison.optional(),
    attempts: comparison.optional(),
    failure: oneOrMany(z.enum(RULE_FAILURES)).optional(),
  }),
  // biome-ignore lint/suspicious/noThenProperty: the word people write in the file; the value is data, never awaited
  then: section({
    locations: z.array(z.enum(LOCATIONS)).min(1).optional(),
    start_at_tier: z.int().min(0).max(100).optional(),
    require: section({
      context: contextNeed.optional(),
      tools: z.union([z.boolean(), z.literal('verified')], 'true, false or verified').optional(),
      json: z.boolean().optional(),
      vision: z.boolean().optional(),
      thinking: z.boolean().optional(),
    }).optional(),
    action: z
      .enum(['retry_with_evidence', 'escalate', 'next_with', 'retry_then_same_tier', 'disable_provider'])
      .optional(),
    carry: z.array(z.enum(['diff', 'test_output', 'diagnosis'])).optional(),
    counts_as_attempt: z.boolean().optional(),
    notify: z.boolean().optional(),
    on_exhausted: z.enum(['ask_human', 'block']).optional(),
  }),
});

const RETRY_ON = ['rate_limit', 'overloaded', 'timeout', 'network', 'server_5xx'] as const;

const defaults = section({
  timeout: timeout.prefault({}),
  retry: section({
    max: count.max(10).default(2),
    backoff_s: z.array(seconds).min(1).max(2).default([1, 4]),
    jitter: z.boolean().default(true),
    honour_retry_after: z.boolean().default(true),
    on: z.array(z.enum(RETRY_ON)).default([...RETRY_ON]),
  }).prefault({}),
  cooldown: section({
    fails: z.int().min(1).default(3),
    window_s: seconds.default(60),
    seconds: seconds.default(60),
    max_s: seconds.default(600),
    single_deployment: z.boolean().default(true),
    probe: z.int().min(1).default(1),
  }).prefault({}),
  on_all_cooling: z.enum(['wait', 'next_rung', 'fail']).default('wait'),
  on_local_down: z.enum(['stop', 'escalate']).default('stop'),
});

const guard = section({
  enabled: z.boolean().default(true),
  margin: z.number().positive().max(10).default(0.8),
  prior: section({ p: share.default(0.6), weight: z.number().positive().max(1000).default(4) }).prefault({}),
  min_probes: count.default(3),
  scope: z.array(z.enum(['role', 'model'])).default(['role', 'model']),
  ignore_if_price_zero: z.boolean().default(true),
  max_latency_factor: z.number().positive().default(3),
});

const ON_EXCEED = ['free_models_only', 'stop', 'ask_human'] as const;

const budgets = section({
  task: section({
    usd: maybe(usd),
    tokens: maybe(tokens),
    wall_s: maybe(seconds),
    escalations: maybe(count),
  }).prefault({}),
  project: maybe(section({ usd, period: period.default('1d'), on_exceed: z.enum(ON_EXCEED).default('stop') })),
  global: maybe(section({ usd, period: period.default('30d'), warn_at: z.array(share).default([0.5, 0.8]) })),
  provider: z.record(name, section({ usd, period: period.default('1d') })).default({}),
});

/** Who writes summaries into memory; without this section no model is asked. */
const summaries = section({
  model: name.default('auto'),
  max_tokens: z.int().min(60).max(4_000).default(300),
  cloud: z.boolean().default(false),
});

/** The whole file. Every key of it is explained in docs/registry.md. */
export const registrySchema = section({
  version: z.literal(1),
  policy: z.enum(ROUTING_MODES).default('local-first'),
  providers: z.record(name, provider),
  models: z.record(name, model),
  roles: z.record(name, role),
  rules: z.array(rule).default([]),
  defaults: defaults.prefault({}),
  guard: guard.prefault({}),
  budgets: budgets.prefault({}),
  session: section({
    pin: z.enum(['task', 'none']).default('task'),
    repin_on: z.array(z.enum(['escalate', 'provider_disabled'])).default(['escalate', 'provider_disabled']),
  }).prefault({}),
  summaries: maybe(summaries),
  deescalate: maybe(section({ after_successes: z.int().min(1) })),
  experiments: z
    .array(section({ name, mode: z.enum(['shadow', 'off']).default('shadow'), sample: share.default(0.1) }))
    .default([]),
  reload: section({
    watch: z.boolean().default(false),
    on_invalid: z.enum(['keep_last_good', 'fail']).default('keep_last_good'),
  }).prefault({}),
});

/** The file as written, defaults of single keys filled in, references not checked yet. */
export type WrittenRegistry = z.output<typeof registrySchema>;
export type WrittenProvider = WrittenRegistry['providers'][string];
export type WrittenModel = WrittenRegistry['models'][string];
export type RoleConfig = WrittenRegistry['roles'][string];
export type Rule = WrittenRegistry['rules'][number];
export type SummariesConfig = z.output<typeof summaries>;
export type Guard = WrittenRegistry['guard'];
export type Comparison = z.output<typeof comparison>;
export type Ability = (typeof ABILITIES)[number];
export type Location = (typeof LOCATIONS)[number];

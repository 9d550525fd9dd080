import { type Failure, type FailureCode, failure } from '../core/failure.ts';
import type { Facts } from './facts.ts';
import type { Late } from './listen.ts';
import type { ProviderKind } from './types.ts';

/** Whom a failure is about. */
export type Where = {
  readonly provider: string;
  readonly kind: ProviderKind;
  readonly base_url: string;
  readonly location: 'local' | 'cloud';
  /** Name of the model on the server. */
  readonly model: string;
  /** Tokens the model may hold. */
  readonly window: number;
  /** Removed from every message. */
  readonly secret: string | null;
};

type Details = Readonly<Record<string, string | number | boolean>>;
type Rule = {
  readonly code: FailureCode;
  readonly when: (facts: Facts, where: Where) => boolean;
  readonly hint: (where: Where, facts: Facts) => string;
  readonly details?: (facts: Facts, where: Where) => Details;
};

const NO_CONNECTION =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ETIMEDOUT|EADDRNOTAVAIL|UND_ERR_CONNECT_TIMEOUT|CERT_|_CERT|ERR_TLS/;
const OVERFLOW =
  /exceeds? the (available )?context (length|size|window)|exceed_context_size|prompt is too long|prompt is longer than the context|maximum context length|context_length_exceeded|exceed context limit|no user query found in messages|model_context_window_exceeded|reduce the length of the (input|messages|prompt)/i;
const NO_CREDIT =
  /enforced_spend_limit_reached|contract_spend_limit_reached|spend_limit_reached|insufficient_quota|billing_error|credit balance|insufficient (credits|funds|balance)|(spend|spending|usage|billing) limits?\b|exceeded your current quota/i;
const BROKEN_CALL =
  /error parsing tool call|failed to parse (json|tool call)|failed to parse.* arguments as json|invalid character .* (after|looking for)/i;
const CRASHED =
  /error was encountered while running the model|runner process (has terminated|no longer running)|unexpected EOF|llama runner/i;
const BAD_HISTORY =
  /without `?tool_result`? blocks|tool_result.*(without|no) .*tool_use|unexpected `?tool_use_id`?|roles must alternate/i;

/** Fields that some models refuse, by what the refusal says. The client leaves the field out and goes on. */
const UNSUPPORTED: readonly (readonly [field: string, pattern: RegExp])[] = [
  ['tools', /does not support tools|requires --enable-auto-tool-choice|tools? (use |calling )?(is|are) not supported/i],
  [
    'temperature',
    /temperature.*(not supported|unsupported|deprecated|not permitted|does not support)|unsupported.*temperature/i,
  ],
  ['max_tokens', /unsupported parameter: '?max_tokens|max_tokens.*is not supported.*max_completion_tokens/i],
  [
    'thinking',
    /does not support thinking|(thinking|effort|reasoning).*(not support|unsupported|not permitted|unrecognized|unknown)|unsupported.*(thinking|effort|reasoning)/i,
  ],
];

const unsupportedField = ({ text }: Facts): string | null =>
  UNSUPPORTED.find(([, pattern]) => pattern.test(text))?.[0] ?? null;

const serverOf = ({ kind, location }: Where): string => {
  if (kind === 'ollama') return 'Ollama';
  if (kind === 'anthropic') return 'Anthropic';
  return location === 'local' ? 'the model server' : 'the provider';
};

const RULES: readonly Rule[] = [
  {
    code: 'provider.unreachable',
    when: facts => facts.status === null && NO_CONNECTION.test(facts.cause),
    hint: where => {
      if (where.kind === 'ollama') return `Start it with: ollama serve (looked for at ${where.base_url}).`;
      if (where.location === 'local') return `Start the server, or correct base_url (${where.base_url}).`;
      return `Check the network, a proxy in between, and base_url (${where.base_url}).`;
    },
  },
  {
    code: 'model.context_exceeded',
    when: facts =>
      facts.status === 413 || (facts.status !== 429 && (OVERFLOW.test(facts.text) || OVERFLOW.test(facts.type))),
    hint: () => 'Send less (older results can go), or use a model with a larger window.',
    details: (facts, where) => ({
      ...(facts.needed_tokens !== null && { needed_tokens: facts.needed_tokens }),
      window_tokens: facts.window_tokens ?? where.window,
    }),
  },
  {
    code: 'provider.credit',
    // A 429 that says how long to wait is a rate limit, whatever it says of quotas.
    when: ({ status, text, type, retry_after_s }) =>
      status === 402 ||
      NO_CREDIT.test(type) ||
      ((status === 400 || status === 403 || (status === 429 && retry_after_s === null)) && NO_CREDIT.test(text)),
    hint: ({ provider }) =>
      `Raise the limit or add credit at ${provider}, or go on with local models (--mode offline).`,
  },
  {
    code: 'provider.rate_limit',
    when: ({ status, type }) => status === 429 || /rate_limit|ramp_limit/.test(type),
    hint: (_, { retry_after_s }) =>
      retry_after_s === null ? 'Wait a little and try again.' : `Wait ${retry_after_s} seconds and try again.`,
    details: ({ retry_after_s }): Details => (retry_after_s === null ? {} : { retry_after_s }),
  },
  {
    code: 'model.refusal',
    when: ({ status, type }) => status !== null && /content_filter|content_policy/.test(type),
    hint: () => 'Do not send the same prompt again: ask another model, or reword the task.',
    details: () => ({ category: 'content_policy' }),
  },
  {
    code: 'provider.auth',
    when: ({ status, type }) =>
      status === 401 || status === 403 || /authentication_error|permission_error|invalid_api_key/.test(type),
    hint: ({ provider }) => `Check the key of ${provider}, and that it may use this model.`,
  },
  {
    code: 'model.malformed',
    when: ({ status, text }) => (status === null || status >= 500) && BROKEN_CALL.test(text),
    hint: () => 'Ask again for one short call.',
  },
  {
    code: 'provider.model_missing',
    when: ({ status, text, type }, { kind }) =>
      status === 404 && (kind !== 'ollama' || /model/i.test(text)) && !/url|route|path/i.test(`${text} ${type}`),
    hint: ({ kind, model, base_url }) =>
      kind === 'ollama'
        ? `Get it with: ollama pull ${model}`
        : `Correct the model's id in the registry; what ${base_url} serves: llmclis models list.`,
  },
  {
    code: 'provider.bad_request',
    when: ({ text }) => /requires more system memory|out of memory|cudaMalloc failed/i.test(text),
    hint: () => 'Use a smaller model, a smaller num_ctx, or free memory (ollama ps, ollama stop NAME).',
  },
  {
    code: 'provider.interrupted',
    when: ({ text }) => CRASHED.test(text),
    hint: () => 'Try again: the server starts the model afresh. When it goes on, read the log of the server.',
  },
  {
    code: 'provider.bad_request',
    when: facts => facts.status !== null && facts.status < 500 && facts.status !== 408 && BAD_HISTORY.test(facts.text),
    hint: () => 'The conversation has a call without its result; it must be repaired before it is sent again.',
    details: () => ({ malformed_history: true }),
  },
  {
    code: 'provider.bad_request',
    when: facts => (facts.status === 400 || facts.status === 422) && unsupportedField(facts) !== null,
    hint: ({ model }, facts) =>
      facts.text.includes('--enable-auto-tool-choice')
        ? 'Start vLLM with --enable-auto-tool-choice --tool-call-parser NAME, or set capabilities.tools to false.'
        : `Correct the capabilities of ${model} in the registry: ${unsupportedField(facts)}.`,
    details: facts => ({ unsupported: unsupportedField(facts) ?? '' }),
  },
  {
    code: 'provider.overloaded',
    when: ({ status, type }) =>
      (status !== null && (status === 408 || status >= 500)) ||
      /overloaded_error|api_error|timeout_error|server_error/.test(type),
    hint: () => 'Try again in a while.',
    details: ({ status, retry_after_s }) => ({
      ...(status !== null && { status }),
      ...(retry_after_s !== null && { retry_after_s }),
    }),
  },
  {
    code: 'provider.bad_request',
    when: ({ status, type }) => status !== null || /invalid_request_error/.test(type),
    hint: ({ base_url }) => `Check base_url (${base_url}) and the model's entry in the registry.`,
    details: ({ status }): Details => (status === null ? {} : { status }),
  },
];

const MEANINGS: Partial<Record<FailureCode, string>> = {
  'provider.unreachable': 'does not answer',
  'model.context_exceeded': 'was sent more than its context window holds',
  'provider.credit': 'has no credit left, or a spending limit is reached',
  'provider.rate_limit': 'gets too many requests',
  'model.refusal': 'refused the request',
  'provider.auth': 'did not accept the key',
  'model.malformed': 'wrote a tool call that cannot be read',
  'provider.model_missing': 'does not have the model',
  'provider.interrupted': 'broke the reply off',
  'provider.overloaded': 'is overloaded or in trouble',
  'provider.bad_request': 'refused the request as wrong',
};

/** What an error of a library or the network means. The first rule that applies decides; without one the reply was cut. */
export function explain(facts: Facts, where: Where): Failure {
  const rule = RULES.find(({ when }) => when(facts, where));
  const code = rule?.code ?? 'provider.interrupted';
  const words = [facts.text, facts.cause].filter(Boolean).join('; ');
  const message = `${capital(serverOf(where))} (${where.model}) ${MEANINGS[code]}: ${clip(scrub(words, where))}`;
  const hint = rule?.hint(where, facts) ?? 'Try again; nothing of the cut reply was used.';
  const details = rule?.details?.(facts, where);
  return details === undefined || Object.keys(details).length === 0
    ? failure(code, message, hint)
    : failure(code, message, hint, details);
}

/** What a timer of ours means. */
export function tooLate({ phase, seconds }: Late, where: Where): Failure {
  const what = {
    first_token: 'sent nothing',
    idle: 'stopped in the middle of a reply and sent nothing more',
    total: 'did not finish its reply',
  }[phase];
  const hint =
    phase === 'first_token' && where.location === 'local'
      ? 'A large model may still be loading: try again, or raise first_token_s in the registry.'
      : `Try again, or raise ${phase}_s in the registry.`;
  const message = `${capital(serverOf(where))} (${where.model}) ${what} within ${seconds} seconds.`;
  return failure('provider.timeout', message, hint, { phase, seconds });
}

/** The provider needs a key and there is none. */
export const keyMissing = (where: Where): Failure =>
  failure(
    'provider.auth',
    `There is no API key for ${where.provider}, so ${where.model} cannot be asked.`,
    `Check the key: set the environment variable that the registry names for ${where.provider}.`,
  );

const scrub = (text: string, { secret }: Where): string =>
  secret === null || secret.length < 4 ? text : text.replaceAll(secret, '[redacted]');
const clip = (text: string): string => (text.length <= 600 ? text : `${text.slice(0, 600)}…`);
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

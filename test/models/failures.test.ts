import { APIConnectionTimeoutError as AnthropicTimeout } from '@anthropic-ai/sdk';
import fc from 'fast-check';
import { APIConnectionTimeoutError as OpenaiTimeout } from 'openai';
import { describe, expect, it } from 'vitest';
import { FAILURES } from '../../src/core/failure.ts';
import { factsOf } from '../../src/models/facts.ts';
import { explain, type Where } from '../../src/models/failures.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const WHERE: Where = {
  ...{ provider: 'the-provider', kind: 'openai', base_url: 'http://127.0.0.1:8000/v1', location: 'local' },
  ...{ model: 'm', window: 4_096, secret: 'sk-secret' },
};
const explained = (error: unknown, where: Partial<Where> = {}) => explain(factsOf(error, NOW), { ...WHERE, ...where });
const refused = (status: number, message: string, headers: Record<string, string> = {}, type = '') => ({
  status,
  headers: new Headers(headers),
  error: { message, type },
});

describe('the table of failures', () => {
  it.each([
    ['a refused connection', { cause: { code: 'ECONNREFUSED' } }, 'provider.unreachable'],
    ['an unknown host', { cause: { code: 'ENOTFOUND' } }, 'provider.unreachable'],
    [
      'a connection refused on both addresses',
      { cause: { errors: [{ code: 'ECONNREFUSED' }] } },
      'provider.unreachable',
    ],
    ['a slow connection, as Anthropic reports it', new AnthropicTimeout(), 'provider.unreachable'],
    ['a slow connection, as OpenAI reports it', new OpenaiTimeout(), 'provider.unreachable'],
    ['a reset socket', { cause: { code: 'ECONNRESET' } }, 'provider.interrupted'],
    ['a cut body', new TypeError('terminated'), 'provider.interrupted'],
    [
      'a quota that comes back',
      refused(429, 'You exceeded your current quota', { 'retry-after': '9' }),
      'provider.rate_limit',
    ],
    ['a quota that does not', refused(429, 'You exceeded your current quota'), 'provider.credit'],
    ['too large a body', refused(413, 'Request exceeds the maximum size'), 'model.context_exceeded'],
    ['a forbidden model', refused(403, 'Your key may not use this model'), 'provider.auth'],
    ['a request time-out', refused(408, 'Request timeout'), 'provider.overloaded'],
    ['a gateway', refused(502, '<html>Bad gateway</html>'), 'provider.overloaded'],
    [
      'too little memory',
      refused(500, 'model requires more system memory (20 GiB) than is available'),
      'provider.bad_request',
    ],
    ['a wrong path', refused(404, 'Invalid URL (POST /chat/completions)'), 'provider.bad_request'],
    ['a wrong role', refused(400, 'Conversation roles must alternate user/assistant'), 'provider.bad_request'],
    ['a filtered prompt', refused(400, 'The response was filtered', {}, 'content_filter'), 'model.refusal'],
  ])('calls %s by its name', (_, error, code) => {
    expect(explained(error).code).toBe(code);
  });

  it.each([
    [{ 'retry-after': '7' }, '', 7],
    [{ 'retry-after-ms': '1200', 'retry-after': '60' }, '', 2],
    [{ 'retry-after': 'Sat, 21 Nov 2026 09:00:30 GMT' }, '', 30],
    [{}, 'Please try again in 20s.', 20],
    [{}, 'Please try again in 450ms.', 1],
    [{}, 'Slow down.', undefined],
  ])('reads the wait from %j %s', (headers, message, seconds) => {
    expect(explained(refused(429, message, headers)).details?.retry_after_s).toBe(seconds);
  });

  it('does not repeat the key', () => {
    expect(explained(refused(401, 'The key sk-secret is wrong')).message).toContain('[redacted]');
  });

  it('has an answer with a next step for any error whatever', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('ollama', 'anthropic', 'openai'), (error, kind) => {
        const failure = explained(error, { kind });
        expect(Object.keys(FAILURES)).toContain(failure.code);
        expect(failure.hint.length).toBeGreaterThan(5);
        expect(failure.message.length).toBeLessThan(800);
      }),
      { numRuns: 500 },
    );
  });
});

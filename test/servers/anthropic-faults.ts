import type { Fault } from './scripted.ts';

/** The body of every error of the API. */
export const anthropicError = (type: string, message: string, details?: object) => ({
  type: 'error',
  error: { type, message, ...(details !== undefined && { details }) },
  request_id: 'req_011',
});
const status = (
  code: number,
  type: string,
  message: string,
  rest: { headers?: Record<string, string>; details?: object } = {},
): Fault => ({
  kind: 'status',
  status: code,
  body: anthropicError(type, message, rest.details),
  ...(rest.headers !== undefined && { headers: rest.headers }),
});
/** Failures word for word. */
export const anthropicFaults = {
  auth: status(401, 'authentication_error', 'invalid x-api-key'),
  rateLimit: (seconds: number): Fault =>
    status(
      429,
      'rate_limit_error',
      'This request would exceed your organization’s rate limit of 50,000 input tokens per minute.',
      { headers: { 'retry-after': String(seconds) } },
    ),
  spendLimit: status(429, 'rate_limit_error', 'Your organization has reached its spend limit.', {
    details: { error_code: 'enforced_spend_limit_reached' },
  }),
  noCredit: status(
    400,
    'invalid_request_error',
    'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
  ),
  billing: status(402, 'billing_error', 'Your account has a billing problem.'),
  overloaded: status(529, 'overloaded_error', 'Overloaded'),
  overloadedLine: {
    kind: 'error_line',
    after_parts: 1,
    body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
  },
  overflow: status(400, 'invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
  overflowWithOutput: status(
    400,
    'invalid_request_error',
    'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000, decrease input length or `max_tokens` and try again',
  ),
  noThinking: status(400, 'invalid_request_error', 'adaptive thinking is not supported on this model'),
  modelMissing: status(404, 'not_found_error', 'model: claude-none-1'),
} satisfies Record<string, Fault | ((seconds: number) => Fault)>;

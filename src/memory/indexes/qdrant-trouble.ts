import { type Failure, failure } from '../../core/failure.ts';

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

const STATUS_MAY_BE_GONE = 404;
const MOST_TEXT = 300;

/** The server's own words: JSON has them in `status.error`; a refused key gets plain text. */
function wordsOf(problem: unknown): string {
  const data = field(problem, 'data');
  const said = field(field(data, 'status'), 'error');
  const text = typeof said === 'string' ? said : typeof data === 'string' ? data : '';
  return text.replace(/\s+/g, ' ').trim().slice(0, MOST_TEXT);
}

/** The chain of causes of an error of the network, in codes or words. */
function causeOf(problem: unknown): string {
  const code = field(problem, 'code');
  const message = problem instanceof Error ? problem.message : '';
  const deeper = problem instanceof Error && problem.cause !== undefined ? causeOf(problem.cause) : '';
  return [typeof code === 'string' ? code : message, deeper].filter(Boolean).join(': ').slice(0, MOST_TEXT);
}

/** The status of a refused call, or null when none came. */
export function statusOf(problem: unknown): number | null {
  const status = field(problem, 'status');
  if (typeof status === 'number') return status;
  if (field(problem, 'retry_after') !== undefined || /Invalid retryAfter/.test(causeOf(problem))) return 429;
  const [, unexpected] = /^Unexpected Response: (\d{3})/.exec(problem instanceof Error ? problem.message : '') ?? [];
  return unexpected === undefined ? null : Number(unexpected);
}

/** What an error of the client means. `waited` is set where a time limit of ours ended the call. */
export function troubleOf(
  problem: unknown,
  at: { readonly shown: string; readonly retryAfter: number | null; readonly waited: number | null },
): Failure {
  const server = `Qdrant (${at.shown})`;
  const status = statusOf(problem);
  const words = wordsOf(problem);
  const said = words === '' ? '' : `: ${words}`;
  if (at.waited !== null)
    return failure(
      'provider.timeout',
      `${server} did not answer within ${at.waited / 1000} s.`,
      'Look at its load; what waits is delivered later.',
    );
  if (status === null)
    return failure(
      'provider.unreachable',
      `${server} does not answer: ${causeOf(problem)}.`,
      'Start it: docker compose up -d qdrant — or take it out of the settings: qdrant_url',
    );
  if (status === 401 || status === 403)
    return failure(
      'provider.auth',
      `${server} did not accept the key${said || ` (${status})`}.`,
      'Check qdrant_api_key; it must allow writing.',
    );
  if (status === 429)
    return failure(
      'provider.rate_limit',
      `${server} gets too many requests.`,
      at.retryAfter === null ? 'It is asked again later.' : `It is asked again after ${at.retryAfter} seconds.`,
      at.retryAfter === null ? {} : { retry_after_s: at.retryAfter },
    );
  if (status === 507)
    return failure(
      'provider.overloaded',
      `${server} is full${said}.`,
      'Make room there, or raise its quota; what waits is delivered later.',
      { status },
    );
  if (status === 408 || status >= 500)
    return failure(
      'provider.overloaded',
      `${server} is in trouble (${status})${said}.`,
      'Look at its log; what waits is delivered later.',
      { status },
    );
  const hint =
    status === STATUS_MAY_BE_GONE
      ? 'The collection is made anew with the next delivery: llmclis memory reindex --index qdrant'
      : 'Look at its version: llmclis doctor. Then: llmclis memory reindex --index qdrant';
  return failure('provider.bad_request', `${server} refused a call (${status})${said}.`, hint, { status });
}

import { at, isRecord, numberAt, parseJson, stringAt } from './json.ts';

/** What a server's refusal, or the network's, says, whatever library reported it. */
export type Facts = {
  readonly status: number | null;
  /** The server's own words. */
  readonly text: string;
  /** Its error type and code, joined: `invalid_request_error enforced_spend_limit_reached`. */
  readonly type: string;
  /** Seconds the server asks to wait. */
  readonly retry_after_s: number | null;
  /** Codes of the error and its causes, such as `ECONNREFUSED UND_ERR_SOCKET`. */
  readonly cause: string;
  readonly needed_tokens: number | null;
  readonly window_tokens: number | null;
};

/** Reads the error of any of the libraries, or of the network below them. `now` is for a `retry-after` that is a date. */
export function factsOf(error: unknown, now: Date): Facts {
  const body = unwrap(at(error, 'error') ?? stringAt(error, 'message') ?? error);
  const text = body.text || (stringAt(error, 'message') ?? '');
  return {
    status: numberAt(error, 'status') ?? numberAt(error, 'status_code'),
    text: text.replace(/\s+/g, ' ').trim(),
    type: [body.type, stringAt(error, 'type'), stringAt(error, 'code')].filter(Boolean).join(' '),
    retry_after_s: retryAfter(at(error, 'headers'), text, now),
    cause: causes(error).join(' '),
    ...contextNumbers(text, body.needed, body.window),
  };
}

type Body = {
  readonly text: string;
  readonly type: string;
  readonly needed: number | null;
  readonly window: number | null;
};

/** An error body may be text, an object, an object inside `error`, or JSON inside a string inside `error`. */
function unwrap(value: unknown): Body {
  if (typeof value === 'string') {
    const inner = value.trimStart().startsWith('{') ? parseJson(value) : undefined;
    return isRecord(inner) ? unwrap(inner) : { text: value, type: '', needed: null, window: null };
  }
  if (!isRecord(value)) return { text: '', type: '', needed: null, window: null };
  const inside = value.error;
  if (isRecord(inside) || typeof inside === 'string') return unwrap(inside);
  const type = [value.type, value.code, at(value, 'details', 'error_code')].filter(part => typeof part === 'string');
  return {
    text: stringAt(value, 'message') ?? stringAt(value, 'detail') ?? JSON.stringify(value),
    type: type.join(' '),
    needed: numberAt(value, 'n_prompt_tokens'),
    window: numberAt(value, 'n_ctx'),
  };
}

function causes(error: unknown): readonly string[] {
  const codes: string[] = [];
  let current = error;
  for (let depth = 0; depth < 6 && current !== undefined && current !== null; depth++) {
    const code = stringAt(current, 'code') ?? stringAt(current, 'errors', 0, 'code');
    if (code !== null) codes.push(code);
    const message = stringAt(current, 'message');
    if (message === 'terminated' || message?.startsWith('other side closed')) codes.push('UND_ERR_SOCKET');
    // Two libraries report a connection that took too long without its cause; their own timers never run out.
    if (message === 'Request timed out.') codes.push('ETIMEDOUT');
    current = at(current, 'cause');
  }
  return codes;
}

function header(headers: unknown, name: string): string | null {
  if (headers instanceof Headers) return headers.get(name);
  const get = at(headers, 'get');
  const value: unknown = typeof get === 'function' ? get.call(headers, name) : at(headers, name);
  return typeof value === 'string' ? value : null;
}

function retryAfter(headers: unknown, text: string, now: Date): number | null {
  const milliseconds = Number(header(headers, 'retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.ceil(milliseconds / 1000);
  const value = header(headers, 'retry-after');
  if (value !== null && Number.isFinite(Number(value))) return Math.ceil(Number(value));
  const date = value === null ? Number.NaN : Date.parse(value);
  if (Number.isFinite(date)) return Math.max(0, Math.ceil((date - now.getTime()) / 1000));
  const said = /try again in (\d+(?:\.\d+)?) ?(ms|s)\b/i.exec(text);
  return said === null ? null : Math.ceil(Number(said[1]) / (said[2] === 'ms' ? 1000 : 1));
}

/** How servers word the two numbers: llama.cpp and Ollama, vLLM, OpenAI, and Anthropic's two. */
const NUMBERS: readonly { readonly pattern: RegExp; readonly needed: readonly number[]; readonly window: number }[] = [
  { pattern: /request \((\d+) tokens\) exceeds the available context size \((\d+)/, needed: [1], window: 2 },
  {
    pattern: /maximum context length is (\d+) tokens.*?requested (\d+) output tokens.*?contains (?:at least )?(\d+)/,
    needed: [2, 3],
    window: 1,
  },
  {
    pattern: /maximum context length is (\d+) tokens.*?(?:requested|resulted in)(?: about)? (\d+) tokens/,
    needed: [2],
    window: 1,
  },
  { pattern: /prompt is too long: (\d+) tokens > (\d+)/, needed: [1], window: 2 },
  { pattern: /exceed context limit: (\d+) \+ (\d+) > (\d+)/, needed: [1, 2], window: 3 },
];

function contextNumbers(text: string, needed: number | null, window: number | null) {
  for (const { pattern, ...groups } of NUMBERS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const sum = groups.needed.reduce((total, group) => total + Number(found[group]), 0);
    return { needed_tokens: needed ?? sum, window_tokens: window ?? Number(found[groups.window]) };
  }
  return { needed_tokens: needed, window_tokens: window };
}

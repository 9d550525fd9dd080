import * as z from 'zod';
import type { CheckBench } from '../../core/check.ts';
import { err, ok, type Result } from '../../core/failure.ts';
import { count, defineKind, FLAGS, maybe, maybePattern, text } from '../kind.ts';
import { runLine, type Said, shellWord } from '../line.ts';
import { satisfied, shown, unsatisfied } from '../outcome.ts';
import { findWithin } from '../within.ts';
import { parseJson } from './data.ts';
import { ANSWER_BEGINS, PROBE } from './http-probe.ts';
import { TOO_LONG } from './texts.ts';

/** Inside the sandbox there is no other network than its own loopback. */
const isLocal = (value: string): boolean => {
  const url = URL.parse(value);
  return url?.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
};
const WITHIN_S = 30;

export const http = defineKind({
  name: 'http',
  summary: 'A server, started in the sandbox, answers a request as it should; it is always stopped.',
  words: ['url'],
  options: z.object({
    url: z
      .string()
      .refine(isLocal, 'must be an http:// address of this machine, such as http://127.0.0.1:8080/')
      .describe('What is asked, on `127.0.0.1` or `localhost`.'),
    start: text('The command that starts the server and stays.'),
    status: count('The status of the answer; default 200.'),
    contains: maybe('What the body must hold.'),
    regex: maybePattern('A pattern that matches somewhere in the body.'),
    flags: FLAGS,
    within: count(`Seconds until it answers; default ${WITHIN_S}.`),
  }),
  example: '@http start="node server.js" url=http://127.0.0.1:8080/health status=200 contains=ok',
  async run({ url, start, status = 200, contains, regex, flags, within = WITHIN_S }, bench, signal) {
    const wish = [
      `${url} answers with ${status}`,
      ...(contains === undefined ? [] : [`${shown(contains)} in its body`]),
      ...(regex === undefined ? [] : [`/${regex}/${flags} matches its body`]),
    ].join(', ');
    const asked = await ask(url, start, within, bench, signal);
    if (!asked.ok) return asked;
    const { said, answer } = asked.value;
    const { ms, missing } = said;
    if (!answer.ok) return unsatisfied(`${wish}.`, answer.error, { ms, missing });
    const { value } = answer;
    const hit = regex === undefined ? null : findWithin(new RegExp(regex, flags), value.body);
    if (hit === 'too long') return unsatisfied(`${wish}.`, TOO_LONG, { ms });
    const right =
      value.status === status &&
      (contains === undefined || value.body.includes(contains)) &&
      (regex === undefined || hit !== null);
    const found = `status ${value.status}, body ${shown(value.body, 400)}.`;
    return right
      ? satisfied(`${url}: ${found}`, ms)
      : unsatisfied(`${wish}.`, `${found}\n${value.log}`.trimEnd(), { ms });
  },
});

const ANSWER = z.object({
  status: z.number().nullable(),
  body: z.string(),
  error: z.string().nullable(),
  log: z.string(),
});
type Answer = { readonly status: number; readonly body: string; readonly log: string };

async function ask(
  url: string,
  start: string,
  within: number,
  bench: CheckBench,
  signal: AbortSignal,
): Promise<Result<{ readonly said: Said; readonly answer: Result<Answer, string> }>> {
  const line = `node --input-type=module --eval ${shellWord(PROBE)}`;
  const env = { LLMCLIS_URL: url, LLMCLIS_START: start, LLMCLIS_WITHIN: String(within) };
  const said = await runLine(line, bench, signal, { timeout_s: Math.max(bench.timeout_s, within + 10), env });
  if (!said.ok) return said;
  const { value } = said;
  const read = ANSWER.safeParse(readAnswer(value.output));
  if (!read.success) {
    const why = value.missing === null ? `the request did not end well:\n${value.output}` : `${value.missing}.`;
    return ok({ said: value, answer: err(why) });
  }
  const { status, error } = read.data;
  const [body, log] = [bench.redact(read.data.body), bench.redact(read.data.log)];
  const answer = status === null ? err(`${error ?? 'no answer.'}\n${log}`.trimEnd()) : ok({ status, body, log });
  return ok({ said: value, answer });
}

function readAnswer(output: string): unknown {
  const at = output.lastIndexOf(`${ANSWER_BEGINS}\n`);
  if (at < 0) return null;
  const read = parseJson(Buffer.from(output.slice(at + ANSWER_BEGINS.length), 'base64').toString('utf8'));
  return read.ok ? read.value : null;
}

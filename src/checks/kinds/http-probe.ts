/**
 * A program for Node, run in the sandbox: starts the server of LLMCLIS_START, asks LLMCLIS_URL until it answers, prints the answer
 * as base64 in short lines (so that it survives the caps on outputs) and kills the server's whole group.
 */
export const ANSWER_BEGINS = '== answer ==';
export const PROBE = `
import { spawn } from 'node:child_process';
const { LLMCLIS_URL: url, LLMCLIS_START: start, LLMCLIS_WITHIN: within } = process.env;
const wait = ms => new Promise(done => setTimeout(done, ms));
const ask = async () => {
  const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(Number(within) * 1000) });
  let body = Buffer.alloc(0);
  for await (const part of answer.body ?? []) {
    body = Buffer.concat([body, part]);
    if (body.length > 12000) break;
  }
  return { status: answer.status, body: body.subarray(0, 12000).toString('utf8') };
};
const end = result => {
  const text = JSON.stringify({ status: null, body: '', error: null, log: '', ...result });
  console.log('\\n${ANSWER_BEGINS}\\n' + Buffer.from(text).toString('base64').replace(/(.{1000})/g, '$1\\n'));
  process.exitCode = 0;
};
const before = await ask().catch(() => null);
if (before !== null) {
  end({ error: 'something else answers at this address already.' });
  process.exit();
}
const environment = { ...process.env };
for (const name of Object.keys(environment)) if (name.startsWith('LLMCLIS_')) delete environment[name];
const server = spawn('bash', ['-c', start], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env: environment });
let log = '';
for (const stream of [server.stdout, server.stderr])
  stream.on('data', part => { log = (log + part).slice(-1500); });
let ended = null;
server.on('exit', (code, signal) => { ended = code ?? signal; });
const last = Date.now() + Number(within) * 1000;
let result = null;
while (result === null && Date.now() < last) {
  result = await ask().catch(() => null);
  if (result !== null) break;
  if (ended !== null) {
    await wait(100);
    result = { error: 'the server ended (' + ended + ') before it answered.' };
  } else await wait(50);
}
try { process.kill(-server.pid, 'SIGKILL'); } catch {}
end({ ...(result ?? { error: 'no answer within ' + within + ' s.' }), log });
process.exit();
`;

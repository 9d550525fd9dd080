// Runs the demo in a folder and kills itself at a journal event (second argument) or at the n-th look at the clock (third).
import { join } from 'node:path';
import { openApp, systemClock } from '../../src/app.ts';

const [folder = '', killSeq = '0', killLook = '0'] = process.argv.slice(2);
let looks = 0;
const clock = {
  ...systemClock,
  now: () => {
    if (++looks === Number(killLook)) process.kill(process.pid, 'SIGKILL');
    return new Date();
  },
};
const shipped = join(import.meta.dirname, '../..');
const app = openApp({
  env: { ...process.env, LLMCLIS_HOME: join(folder, 'home') },
  cwd: folder,
  version: '0.0.0',
  shipped,
  clock,
});
let last = 0;
const report = await app.demo(
  { folder },
  event => {
    last = event.seq;
    if (event.seq === Number(killSeq)) process.kill(process.pid, 'SIGKILL');
  },
  new AbortController().signal,
);
app.close();
if (!report.ok) {
  process.stderr.write(`${report.error.message} ${report.error.hint}\n`);
  process.exitCode = 1;
} else process.stdout.write(`${killLook === '0' ? last : looks}\n`);

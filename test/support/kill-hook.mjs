// Kills the process with -9 before its N-th step: a call that writes a file, or a statement of SQL. KILL_AT names N; without
// it the steps are counted, and their number is written to the file that KILL_COUNT names.
import fs, { writeFileSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const at = Number(process.env.KILL_AT ?? 0);
const written = process.env.KILL_COUNT;
let steps = 0;

const step = () => {
  steps += 1;
  if (steps === at) process.kill(process.pid, 'SIGKILL');
};
const before = (owner, names) => {
  for (const name of names) {
    const own = owner[name];
    owner[name] = function (...words) {
      step();
      return own.apply(this, words);
    };
  }
};
before(fs, [
  'writeFileSync',
  'writeSync',
  'renameSync',
  'fsyncSync',
  'mkdtempSync',
  'mkdirSync',
  'rmSync',
  'unlinkSync',
  'openSync',
]);
syncBuiltinESMExports();

const Database = createRequire(import.meta.url)('better-sqlite3');
before(Database.prototype, ['exec', 'close']);
const memory = new Database(':memory:');
before(Object.getPrototypeOf(memory.prepare('SELECT 1')), ['run', 'get', 'all']);
memory.close();
steps = 0;
if (written !== undefined) process.on('exit', () => writeFileSync(written, String(steps)));

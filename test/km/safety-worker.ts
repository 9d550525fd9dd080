import { openDatabase } from '../../src/km/database.ts';
import { backupDatabase } from '../../src/km/safety/backup.ts';
import { importRecords } from '../../src/km/safety/import.ts';
import { fileLines } from '../../src/km/safety/lines.ts';
import { restoreDatabase } from '../../src/km/safety/restore.ts';
import { shippedSchema } from '../../src/km/safety/shipped.ts';

/**
 * A process that backs up, restores or imports and is killed at a step of it. Arguments: what, the database, the file, the
 * migrations, the step (0: none). Prints how many steps it took.
 */
const [what = '', database = '', file = '', migrations = '', at = '0'] = process.argv.slice(2);
const clock = { now: () => new Date(), random: Math.random, sleep: async () => {} };
let steps = 0;
const step = (): void => {
  steps += 1;
  if (steps === Number(at)) process.kill(process.pid, 'SIGKILL');
};

async function work(): Promise<void> {
  if (what === 'backup') {
    const made = await backupDatabase(database, file, { force: true, step });
    if (!made.ok) throw new Error(made.error.message);
    return;
  }
  if (what === 'restore') {
    const keep = `${database}.kept`;
    const allowed = () => ({ ok: true, value: undefined }) as const;
    const restored = await restoreDatabase({ database, file, migrations, keep, clock, allowed, step });
    if (!restored.ok) throw new Error(restored.error.message);
    return;
  }
  const opened = openDatabase(database, { migrations });
  const shipped = shippedSchema(migrations);
  if (!opened.ok || !shipped.ok) throw new Error('The database cannot be opened.');
  function* lines(): Generator<string> {
    for (const line of fileLines(file)) {
      step();
      yield line;
    }
  }
  const imported = importRecords(opened.value.sqlite, clock, {
    file,
    lines,
    replace: true,
    keep: () => ({ ok: true, value: '' }),
    rebuild: step,
    shipped: shipped.value,
  });
  if (!imported.ok) throw new Error(imported.error.message);
  opened.value.sqlite.close();
}

await work();
console.log(steps);

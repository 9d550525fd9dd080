import { openDatabase } from '../../src/km/database.ts';
import { createKm } from '../../src/km/repository.ts';

/** A process that claims from a file until nothing is left; prints the keys it got. Arguments: file, migrations, project. */
const [file = '', migrations = '', project = ''] = process.argv.slice(2);
const opened = openDatabase(file, { migrations });
if (!opened.ok) throw new Error(opened.error.message);
const km = createKm(opened.value, { now: () => new Date(), random: Math.random, sleep: async () => {} });
const keys: string[] = [];
for (;;) {
  const claim = km.claimNext({ projectId: Number(project), holder: 'worker', ttl_s: 600 });
  if ('kind' in claim) break;
  keys.push(claim.task.key);
}
console.log(JSON.stringify(keys));

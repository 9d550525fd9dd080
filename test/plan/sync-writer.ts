// One of several processes that change a project and its plan file at once: `node sync-writer.ts DATABASE ROOT NAME TIMES`.
import { openDatabase } from '../../src/km/database.ts';
import { fileIo } from '../../src/km/plan/io.ts';
import { syncPlan } from '../../src/km/plan/sync.ts';
import { createKm } from '../../src/km/repository.ts';
import { MIGRATIONS, must } from '../km/fixtures.ts';

const [file = '', root = '', name = '', times = '0'] = process.argv.slice(2);
const database = must(openDatabase(file, { migrations: MIGRATIONS }));
const km = createKm(database, { now: () => new Date(), random: Math.random, sleep: async () => {} });
const project = must(km.project(1));
for (let turn = 1; turn <= Number(times); turn += 1) {
  must(km.addTask({ project_id: project.id, key: `${name}-${turn}`, title: `${name} ${turn}` }, name));
  must(syncPlan({ km, project: { ...project, root }, path: 'plans.md', io: fileIo(), now: new Date(), agent: name }));
  process.stdout.write(`${name}-${turn}\n`);
}
database.sqlite.close();

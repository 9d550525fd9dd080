// Several `orchestrate` processes on one database while random ones are killed with -9 and started again.
// npm run soak -- workers [processes] [tasks] [kills] [seed] [workers in each]
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workInCrowd } from '../support/work-crowd.ts';
import { layOutWork } from '../support/work-world.ts';

const [processes = 8, tasks = 200, kills = 20, seed = 1, workers = 1] = process.argv.slice(2).map(Number);
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-soak-')));
const world = await layOutWork(folder, tasks);
const began = performance.now();
const { problems, facts } = await workInCrowd(world, { processes, tasks, kills, seed, workers });
process.stdout.write(`${JSON.stringify({ seconds: Math.round((performance.now() - began) / 1000), ...facts })}\n`);
for (const problem of problems) process.stdout.write(`${problem}\n`);
if (problems.length === 0) rmSync(folder, { recursive: true, force: true });
else process.stdout.write(`kept: ${folder}\n`);
process.stdout.write(`${problems.length === 0 ? 'passed' : 'failed'}: ${tasks} tasks, ${processes} processes\n`);
process.exitCode = problems.length === 0 ? 0 : 1;

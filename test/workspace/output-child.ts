// Runs one command as a run would and prints what it took of this process's memory: node output-child.ts FOLDER COMMAND
import { join } from 'node:path';
import { redactor } from '../../src/secrets/redactor.ts';
import { plainSandbox } from '../../src/workspace/sandbox/plain.ts';

const [folder = '', command = ''] = process.argv.slice(2);
const clock = { now: () => new Date(), random: () => 0.5, sleep: async () => undefined };
const sandbox = plainSandbox({ path: process.env.PATH ?? '', temp: join(folder, 'temp'), clock });
const redact = redactor([{ name: 'CANARY', value: 'canary-4f9a7c21e8' }]);
const run = (line: string, name: string) =>
  sandbox.run({
    command: line,
    root: folder,
    timeout_s: 300,
    readonly_paths: [],
    spill_file: join(folder, name),
    redact,
  });

const peak = (): number => process.resourceUsage().maxRSS * 1024;
// What every command takes, once.
await run('yes warm | head -c 3000000', 'warm.txt');
const before = peak();
const done = await run(command, 'spill.txt');
if (!done.ok) throw new Error(done.error.message);
const { bytes, output, file } = done.value;
process.stdout.write(`${JSON.stringify({ grown: peak() - before, bytes, shown: output.length, file, output })}\n`);

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/app.ts';
import { probeSandbox } from '../../src/workspace/sandbox/probes/run.ts';

/** Prints the outcome of the probes as JSON: for a test that runs this file as another user. */
const temp = mkdtempSync(join(tmpdir(), 'llmclis-probes-'));
try {
  const found = await probeSandbox({
    path: process.env.PATH ?? '/usr/bin:/bin',
    home: process.env.HOME ?? '/nowhere',
    hidden: [],
    untrusted: [],
    temp,
    clock: systemClock,
    limits: { memory_mb: 4000, processes: 4096, file_mb: 4096, open_files: 4096, disk_free_mb: 1 },
    node: process.execPath,
    network: [],
    readable: [],
    secrets: {},
  });
  console.log(JSON.stringify(found));
} finally {
  rmSync(temp, { recursive: true, force: true });
}

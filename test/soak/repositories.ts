// The ten kinds of repositories, and what else people have: each reaches its verdict on its base without any setting.
// npm run soak -- repositories [part of a name …]
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MORE, TEN } from '../support/repositories/all.ts';
import { hasProgram } from '../support/repositories/kinds.ts';
import { baseVerdict, wrongWith } from '../support/repositories/verdict.ts';

const wanted = process.argv.slice(2);
const no_sandbox = !existsSync('/usr/bin/bwrap');
const home = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-home-')));
const sums = { passed: 0, failed: 0, skipped: 0 };
for (const kind of [...TEN, ...MORE].filter(
  ({ name }) => wanted.length === 0 || wanted.some(part => name.includes(part)),
)) {
  const lacking = kind.needs.filter(name => !hasProgram(name));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-soak-')));
  const begin = performance.now();
  const seen = lacking.length > 0 ? null : await baseVerdict(kind, folder, { no_sandbox, home });
  const wrong = seen === null ? null : wrongWith(kind, seen);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  sums[seen === null ? 'skipped' : wrong === null ? 'passed' : 'failed'] += 1;
  const said =
    seen === null
      ? `skipped, needs ${lacking}`
      : (wrong ??
        `${seen.verdict ?? 'no run'} by ${seen.verify.join('; ') || 'nothing'} (${seen.because.slice(0, 160)})`);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  process.stdout.write(`${wrong === null ? 'ok  ' : 'FAIL'} ${kind.name}: ${said} ${seconds} s\n`);
}
rmSync(home, { recursive: true, force: true, maxRetries: 3 });
process.stdout.write(`${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped\n`);
process.exitCode = sums.failed === 0 ? 0 : 1;

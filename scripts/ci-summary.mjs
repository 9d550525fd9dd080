// Turns vitest's JSON report and the exit codes of the other checks into the last lines of `.ci/run`.
// usage: node scripts/ci-summary.mjs REPORT "npm test=0" "lint=0" …   Exit code 0 only when something ran and all of it passed.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const [file = '', ...codes] = process.argv.slice(2);
const checks = codes.map(code => ({
  name: code.slice(0, code.lastIndexOf('=')),
  exit: Number(code.slice(code.lastIndexOf('=') + 1)),
}));
const report = readReport();
const [testRun, ...others] = checks;

const tests = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.map(({ fullName, status }) => ({ name: `${relative(process.cwd(), name)}: ${fullName}`, status })),
);
const named = wanted => tests.filter(({ status }) => wanted.includes(status)).map(({ name }) => name);
const passed = named(['passed']);
const skipped = named(['skipped', 'pending', 'todo', 'disabled']);
const failed = [
  ...named(['failed']),
  // A file that does not load has no tests to count.
  ...report.testResults.flatMap(({ name, status, assertionResults }) =>
    status === 'failed' && !assertionResults.some(test => test.status === 'failed')
      ? [`${relative(process.cwd(), name)} (the file)`]
      : [],
  ),
];
if (failed.length === 0 && testRun.exit !== 0) failed.push(`${testRun.name} (exit ${testRun.exit})`);
if (passed.length === 0 && failed.length === 0) failed.push('no test ran');
for (const { name, exit } of others) (exit === 0 ? passed : failed).push(exit === 0 ? name : `${name} (exit ${exit})`);

for (const name of skipped) console.log(`skipped: ${name}`);
for (const name of failed) console.log(`failed: ${name}`);
console.log(`${passed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

function readReport() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { testResults: [] };
  }
}

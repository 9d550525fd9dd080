// Writes the generated documents: docs/cli.md from the commands themselves. `--check` only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from '../src/cli/commands.ts';
import { commandTable } from '../src/cli/help.ts';
import { FAILURES } from '../src/core/failure.ts';

const file = join(import.meta.dirname, '../docs/cli.md');
const failures = Object.entries(FAILURES).map(
  ([code, { exit, retryable }]) => `| \`${code}\` | ${exit} | ${retryable ? 'yes' : 'no'} |`,
);
const text = `# Commands

Generated from the commands themselves (\`npm run generate\`). \`llmclis help COMMAND\` teaches each with examples; \`--json\` works on all of them; \`--project_id\` and \`--project-id\` are the same flag and default to the project of the current folder.

${commandTable(await loadAll()).trim()}

## Exit codes
0 did what was asked · 1 a bug · 2 usage or bad input · 3 ended with tasks blocked · 4 something needed is missing (model, service, sandbox, key) · 5 budget spent · 6 conflict (claim lost, file changed underneath, newer database) · 130 interrupted

## Failures
With \`--json\` an expected failure is \`{"error":{"code","message","hint"}}\`.

| code | exit | worth another try |
|---|---|---|
${failures.join('\n')}
`;
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') === text) console.log('docs/cli.md is up to date');
  else {
    console.error('docs/cli.md is stale: npm run generate');
    process.exitCode = 1;
  }
} else writeFileSync(file, text);

// Writes the generated documents: docs/cli.md from the commands themselves, the table of docs/checks.md from the table of kinds. `--check` only says whether they are up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkKinds } from '../src/app/check-kinds.ts';
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

/** The kinds of checks; `|` in a cell is escaped, also in code. */
const cell = (words: string): string => words.replaceAll('|', '\\|');
const kindRows = checkKinds().map(({ name, summary, options, example, guard }) => {
  const values = options.map(option => `\`${option.required ? option.name : `[${option.name}]`}\` ${option.help}`);
  return `| \`@${name}\`${guard ? '<br>*guards*' : ''} | ${cell(summary)} | ${cell(values.join('<br>'))} | \`${cell(example)}\` |`;
});
const kinds = ['| kind | satisfied when | values | for example |', '|---|---|---|---|', ...kindRows].join('\n');
const checksFile = join(import.meta.dirname, '../docs/checks.md');
const checksText = readFileSync(checksFile, 'utf8').replace(
  /(<!-- kinds[^>]*-->\n)[\s\S]*?(<!-- \/kinds -->)/,
  (_, begin: string, end: string) => `${begin}${kinds}\n${end}`,
);

for (const [path, wanted] of [
  [file, text],
  [checksFile, checksText],
] as const) {
  const name = `docs/${basename(path)}`;
  if (!process.argv.includes('--check')) writeFileSync(path, wanted);
  else if (readFileSync(path, 'utf8') === wanted) console.log(`${name} is up to date`);
  else {
    console.error(`${name} is stale: npm run generate`);
    process.exitCode = 1;
  }
}

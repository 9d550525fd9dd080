// Mutants of real code: how many parse, by language. Our own sources, and those of Node's packages, Python and Go where they are.
// npm run soak -- mutants [mutants of each language] [seed]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mutantsOf, plannedMutants } from '../../src/proof/mutants.ts';
import { parseCommand } from '../../src/proof/parse-command.ts';

const [limit = 300, seed = 1] = process.argv.slice(2).map(Number);
const root = resolve(import.meta.dirname, '../..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmclis-soak-')));
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };
const said = (file: string, ...args: readonly string[]): string =>
  spawnSync(file, args, { env, encoding: 'utf8' }).stdout?.trim() ?? '';

/** Files of a folder that the language's mutants are made of, without tests. */
const filesIn = (place: string, ending: string): readonly string[] =>
  place === '' || !existsSync(place)
    ? []
    : readdirSync(place, { recursive: true, encoding: 'utf8' })
        .filter(path => path.endsWith(ending) && !/(?:^|[\\/])(?:tests?|testdata)[\\/]/.test(path))
        .map(path => join(place, path));

const go = said('go', 'env', 'GOROOT');
const LANGUAGES = [
  { ending: '.ts', files: filesIn(join(root, 'src'), '.ts') },
  {
    ending: '.js',
    files: ['picomatch', 'leven', 'yaml', 'meow'].flatMap(name => filesIn(join(root, 'node_modules', name), '.js')),
  },
  {
    ending: '.py',
    files: filesIn(join(said('python3', '-c', 'import json; print(json.__path__[0])'), '..', 'json'), '.py'),
  },
  {
    ending: '.go',
    files: ['strings', 'sort', 'net/url', 'encoding/csv'].flatMap(name =>
      filesIn(go === '' ? '' : join(go, 'src', name), '.go'),
    ),
  },
];

/** Numbers of the texts that the language's own parser refuses. */
function refused(texts: readonly string[], ending: string): readonly number[] {
  const names = texts.map((_, place) => `m${place}${ending}`);
  for (const [place, text] of texts.entries()) writeFileSync(join(folder, names[place] ?? ''), text);
  const lines = names.map((name, place) => `( ${parseCommand(name)} ) >/dev/null 2>&1 || echo ${place}`);
  const output = execFileSync('bash', ['-c', lines.join('\n')], { cwd: folder, env, encoding: 'utf8' });
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(Number);
}

let [passed, failed] = [0, 0];
for (const { ending, files } of LANGUAGES) {
  const changed = files.map(path => ({
    path: `s/${path.split(/[\\/]/).at(-1)}`,
    before: null,
    after: readFileSync(path, 'utf8'),
  }));
  const each = Math.max(1, Math.ceil(limit / Math.max(1, files.length)));
  const planned = changed.flatMap((file, place) => plannedMutants([file], `${seed} ${place}`, each)).slice(0, limit);
  if (planned.length === 0) {
    process.stdout.write(`${ending}: skipped, there is no code of it here\n`);
    continue;
  }
  // Of every mutant: one line differs, and the rest does not.
  let made = 0;
  for (const file of changed) {
    const starts = [0, ...[...file.after.matchAll(/\n/g)].map(({ index }) => index + 1)];
    for (const mutant of mutantsOf(file)) {
      const start = starts[mutant.line - 1] ?? 0;
      const end = start + mutant.before.length;
      const isOne = mutant.text === file.after.slice(0, start) + mutant.after + file.after.slice(end);
      made += 1;
      if (isOne) passed += 1;
      else failed += 1;
    }
  }
  const wrong = refused(
    planned.map(({ text }) => text),
    ending,
  );
  const operators = new Set(planned.map(({ operator }) => operator));
  const share = (planned.length - wrong.length) / planned.length;
  if (share >= 0.9) passed += 1;
  else failed += 1;
  process.stdout.write(
    `${ending}: ${planned.length - wrong.length} of ${planned.length} parse (${(share * 100).toFixed(1)} %), ${operators.size} operators; ${made} made of ${files.length} files, each in one line\n`,
  );
  for (const place of wrong.slice(0, 5))
    process.stdout.write(`  ${planned[place]?.operator}: ${planned[place]?.after.trim()}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

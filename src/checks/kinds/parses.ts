import * as z from 'zod';
import type { CheckBench } from '../../core/check.ts';
import { ok, type Result } from '../../core/failure.ts';
import { filesMatching, readText } from '../files.ts';
import { defineKind, maybe } from '../kind.ts';
import { runLine, shellWord } from '../line.ts';
import { satisfied, unsatisfied } from '../outcome.ts';
import { parseJson, yamlProblem } from './data.ts';
import { ABSENT, BAD, NOT_LOOKED_AT, PARSER } from './parses-program.ts';

/** How the files of a language are looked at: a line for `bash` that prints what is wrong, or that its tool is not there. */
type Language = { readonly endings: RegExp; readonly tool: string; readonly line: (files: string) => string };

const PYTHON = 'import ast, sys; ast.parse(open(sys.argv[1], "rb").read(), sys.argv[1])';

/** Runs `each` with every file in `$f`. */
const oneByOne =
  (tool: string, each: string) =>
  (files: string): string =>
    `command -v ${tool} >/dev/null || { echo '${ABSENT}'; exit 0; }; for f in ${files}; do ${each} || echo '${BAD}' "$f"; done`;

/** Nothing of a file is run. */
const LANGUAGES: readonly Language[] = [
  {
    endings: /\.[cm]?[jt]s$/,
    tool: 'node',
    line: files =>
      `command -v node >/dev/null || { echo '${ABSENT}'; exit 0; }; node --experimental-vm-modules --no-warnings --eval ${shellWord(PARSER)} -- ${files}`,
  },
  { endings: /\.pyi?$/, tool: 'python3', line: oneByOne('python3', `python3 -c ${shellWord(PYTHON)} "$f"`) },
  { endings: /\.go$/, tool: 'gofmt', line: oneByOne('gofmt', 'gofmt -l "$f" >/dev/null') },
  { endings: /\.(?:sh|bash)$/, tool: 'bash', line: oneByOne('bash', 'bash -n "$f"') },
  { endings: /\.rb$/, tool: 'ruby', line: oneByOne('ruby', 'ruby -c "$f" >/dev/null') },
  { endings: /\.php$/, tool: 'php', line: oneByOne('php', 'php -l "$f" >/dev/null') },
];
const MAX_FILES = 500;

export const parses = defineKind({
  name: 'parses',
  summary:
    'Changed files (or those of a glob) parse: JavaScript, TypeScript, JSON, YAML, Python, Go, shell, Ruby, PHP.',
  words: ['path'],
  options: z.object({ path: maybe('Globs; default: every changed file.') }),
  example: '@parses path=src/**',
  guard: true,
  async run({ path }, bench, signal) {
    const wish = `every ${path === undefined ? 'changed file' : `file of ${path}`} parses.`;
    const chosen = await chosenFiles(path, bench);
    if (!chosen.ok) return unsatisfied(wish, chosen.error);
    if (chosen.value.length > MAX_FILES)
      return unsatisfied(wish, `${chosen.value.length} files; at most ${MAX_FILES}.`);
    const data = await dataProblems(chosen.value, bench);
    const code = await codeProblems(chosen.value, bench, signal);
    if (!code.ok) return code;
    const problems = [...data.problems, ...code.value.problems];
    const { ms } = code.value;
    const looked = data.looked + code.value.looked;
    const without = code.value.absent.length === 0 ? '' : ` Not looked at, without ${code.value.absent.join(', ')}.`;
    if (problems.length === 0)
      return satisfied(`${looked} of ${chosen.value.length} files were looked at, and parse.${without}`, ms);
    return unsatisfied(wish, `${problems.length} of ${looked} do not.${without}\n${problems.slice(0, 20).join('\n')}`, {
      ms,
    });
  },
});

async function chosenFiles(path: string | undefined, bench: CheckBench): Promise<Result<readonly string[], string>> {
  if (path === undefined)
    return ok(bench.changes.filter(({ status }) => status !== 'deleted').map(change => change.path));
  const found = await filesMatching(bench.root, path);
  return found.ok ? ok(found.value.map(file => file.path)) : found;
}

async function dataProblems(
  paths: readonly string[],
  { root }: CheckBench,
): Promise<{ readonly looked: number; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  // Configuration of editors and compilers is JSON with comments, which is another language.
  const files = paths.filter(
    path => /\.(?:json|ya?ml)$/i.test(path) && !/(?:^|\/)(?:[tj]sconfig[^/]*|\.vscode\/.*)$/.test(path),
  );
  for (const path of files) {
    const text = await readText(root, path);
    const problem = text.ok ? dataProblem(path, text.value) : text.error;
    if (problem !== null) problems.push(`${path}: ${problem}`);
  }
  return { looked: files.length, problems };
}

function dataProblem(path: string, text: string): string | null {
  if (!/\.json$/i.test(path)) return yamlProblem(text);
  const read = parseJson(text);
  return read.ok ? null : read.error;
}

type Code = {
  readonly looked: number;
  readonly problems: readonly string[];
  readonly absent: readonly string[];
  readonly ms: number;
};

async function codeProblems(paths: readonly string[], bench: CheckBench, signal: AbortSignal): Promise<Result<Code>> {
  let [looked, ms] = [0, 0];
  const problems: string[] = [];
  const absent: string[] = [];
  for (const { endings, tool, line } of LANGUAGES) {
    const files = paths.filter(path => endings.test(path));
    if (files.length === 0) continue;
    const said = await runLine(line(files.map(path => shellWord(`./${path}`)).join(' ')), bench, signal);
    if (!said.ok) return said;
    ms += said.value.ms;
    const { output, exit } = said.value;
    if (output.trim() === ABSENT) {
      absent.push(tool);
      continue;
    }
    looked += files.length - output.split(NOT_LOOKED_AT).length + 1;
    if (exit !== 0 || output.includes(BAD)) problems.push(output.trimEnd());
  }
  return ok({ looked, problems, absent, ms });
}

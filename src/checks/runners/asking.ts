import type { Simple, Word } from './shell-line.ts';

/** How a command is made to name its tests: text put in at places of the line, and variables. */
export type Asking = {
  readonly insert: readonly { readonly at: number; readonly text: string }[];
  readonly env: Readonly<Record<string, string>>;
};

export const PYTEST_NAMES = { PYTEST_ADDOPTS: '-v -rap' } as const;
export const GO_NAMES = { GOFLAGS: '-v' } as const;

const VARIABLE = /^[A-Za-z_]\w*=/;
/** Words before the program proper, with how many arguments of their own they take. */
const WRAPPERS: readonly (readonly [words: readonly string[], takes: number])[] = [
  [['npx'], 0],
  [['pnpm', 'exec'], 0],
  [['pnpm', 'dlx'], 0],
  [['npm', 'exec'], 0],
  [['yarn', 'exec'], 0],
  [['bunx'], 0],
  [['uv', 'run'], 0],
  [['poetry', 'run'], 0],
  [['pipenv', 'run'], 0],
  [['pdm', 'run'], 0],
  [['hatch', 'run'], 0],
  [['cross-env'], 0],
  [['env'], 0],
  [['time'], 0],
  [['exec'], 0],
  [['command'], 0],
  [['xvfb-run'], 0],
  [['timeout'], 1],
];

/** The program that a simple command runs in the end, and its arguments. */
export function programOf({ words }: Simple): readonly Word[] {
  let rest = words;
  for (let before = -1; before !== rest.length; ) {
    before = rest.length;
    while (rest[0] !== undefined && VARIABLE.test(rest[0].text)) rest = rest.slice(1);
    const wrapper = WRAPPERS.find(([names]) => names.every((name, place) => rest[place]?.text === name));
    if (wrapper === undefined) continue;
    rest = rest.slice(wrapper[0].length);
    while (rest[0]?.text.startsWith('-') && rest.length > 1) rest = rest.slice(1);
    rest = rest.slice(wrapper[1]);
  }
  return rest;
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:[cm]?js|exe|cmd)$/, '');

/** The flags or variables with which one simple command names its tests; null where it is no test runner we know. */
export function askRunner(simple: Simple): Asking | null {
  const all = programOf(simple);
  // `node node_modules/jest/bin/jest.js`, `node --flag …/vitest.mjs run`
  const script =
    baseName(all[0]?.text ?? '') === 'node' ? all.slice(1).find(word => !word.text.startsWith('-')) : all[0];
  if (script === undefined) return null;
  const words = all.slice(all.indexOf(script));
  const given = words.slice(1).map(word => word.text);
  const program = baseName(script.text);
  // Words after a lone `--` are no flags.
  const place = words.find((word, index) => index > 0 && word.text === '--');
  const append = (flag: string): Asking => {
    const end = place === undefined ? (words.at(-1)?.end ?? simple.end) : place.start;
    return { insert: [{ at: end, text: place === undefined ? ` ${flag}` : `${flag} ` }], env: {} };
  };
  const has = (...flags: string[]): boolean =>
    given.some(word => flags.some(flag => word === flag || word.startsWith(`${flag}=`)));
  const nothing: Asking = { insert: [], env: {} };

  if (program === 'vitest') {
    if (['bench', 'list', 'init', 'typecheck'].includes(given[0] ?? '')) return null;
    return has('--reporter', '--reporters') ? nothing : append('--reporter=verbose');
  }
  if (program === 'jest')
    return has('--verbose', '--reporters', '--json', '--listTests') ? nothing : append('--verbose');
  if (program === 'pytest' || program === 'py.test') return { insert: [], env: PYTEST_NAMES };
  if (/^python[\d.]*$/.test(program)) return askPython(words, append, has);
  if (program === 'go' && given[0] === 'test') {
    const verb = words[1];
    return has('-v', '-json') || verb === undefined ? nothing : { insert: [{ at: verb.end, text: ' -v' }], env: {} };
  }
  if (program === 'cargo' || program === 'mocha') return nothing;
  return null;
}

function askPython(
  words: readonly Word[],
  append: (flag: string) => Asking,
  has: (...flags: string[]) => boolean,
): Asking | null {
  const module = words.findIndex(word => word.text === '-m');
  const name = module < 0 ? undefined : words[module + 1]?.text;
  if (name === 'pytest') return { insert: [], env: PYTEST_NAMES };
  if (name === 'unittest') return has('-v', '--verbose', '-q', '--quiet') ? null : append('-v');
  const django = words.findIndex(word => baseName(word.text) === 'manage.py');
  if (django < 0 || words[django + 1]?.text !== 'test') return null;
  return has('-v', '--verbosity', '-v2') ? null : append('--verbosity=2');
}

/** Variables for runners that a script or a recipe calls somewhere; flags cannot be put there. */
export const askByName = (text: string): Asking => ({
  insert: [],
  env: {
    ...(/\b(?:pytest|py\.test)\b/.test(text) ? PYTEST_NAMES : {}),
    ...(/\bgo test\b/.test(text) && !/\bgo test\b[^\n]*\s-(?:v|json)\b/.test(text) ? GO_NAMES : {}),
  },
});

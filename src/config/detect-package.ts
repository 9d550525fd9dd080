import { type Detected, detected, type Finder, type ProjectFiles } from './finder.ts';

/** What npm init writes: a test script that only fails. */
const NO_TEST = /no test specified/i;
/** Runners that go on watching instead of ending. */
const WATCHES = /(?:^|\s)--watch(?:All)?(?![\w=-])|(?:^|\s)--watch(?:All)?=true\b|\breact-scripts test\b|\bng test\b/;

const LOCKS: readonly (readonly [file: string, command: string])[] = [
  ['pnpm-lock.yaml', 'pnpm test'],
  ['yarn.lock', 'yarn test'],
  ['bun.lock', 'bun run test'],
  ['bun.lockb', 'bun run test'],
  ['package-lock.json', 'npm test'],
];
const MANAGERS: Readonly<Record<string, string>> = {
  pnpm: 'pnpm test',
  yarn: 'yarn test',
  bun: 'bun run test',
  npm: 'npm test',
};

/** A field of a JSON object, whatever the JSON is. */
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

function npmCommand(files: ProjectFiles, manifest: unknown): string {
  const declared = field(manifest, 'packageManager');
  const manager = typeof declared === 'string' ? declared.split('@')[0] : undefined;
  const command = manager === undefined ? undefined : MANAGERS[manager];
  return command ?? LOCKS.find(([file]) => files.exists(file))?.[1] ?? 'npm test';
}

function npmScript(files: ProjectFiles): Detected | null {
  const text = files.read('package.json');
  if (text === null) return null;
  const manifest = parseJson(text);
  const script = field(field(manifest, 'scripts'), 'test');
  if (typeof script !== 'string' || script.trim() === '' || NO_TEST.test(script)) return null;
  const command = npmCommand(files, manifest);
  const watching = `The test script (${script.slice(0, 80)}) seems to keep watching; verify needs a command that ends, such as one with --run or --watch=false.`;
  return detected(command, 'package.json script "test"', WATCHES.test(script) ? [watching] : []);
}

function composerScript(files: ProjectFiles): Detected | null {
  const script = field(field(parseJson(files.read('composer.json') ?? ''), 'scripts'), 'test');
  return script === undefined ? null : detected('composer test', 'composer.json script "test"');
}

function denoTask(files: ProjectFiles): Detected | null {
  const name = ['deno.json', 'deno.jsonc'].find(file => files.exists(file));
  if (name === undefined) return null;
  // JSON with comments: a look at the text is enough to see a task of that name.
  const task = /"tasks"\s*:\s*\{[^}]*"test"\s*:/.test(files.read(name) ?? '');
  return task ? detected('deno task test', `${name} task "test"`) : null;
}

/** The `test` script of a package manifest: npm and its relatives, Deno, Composer. */
export const packageScript: Finder = files => npmScript(files) ?? denoTask(files) ?? composerScript(files);

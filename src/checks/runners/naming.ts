import { type Asking, askByName, askRunner, programOf } from './asking.ts';
import { type Simple, simpleCommands } from './shell-line.ts';

/** The few looks at the checked files that finding a runner needs. */
export type Files = {
  read(path: string): Promise<string | null>;
  list(): Promise<readonly string[]>;
};

/** A command made to name its tests. */
export type Named = { readonly command: string; readonly env: Readonly<Record<string, string>> };

/** Scripts that call scripts are followed this far. */
const MAX_DEPTH = 4;

/**
 * The same command, asked to name its tests: flags behind a runner we know (also through `npm test` and its relatives), variables
 * where those do (pytest; go through make). What is run stays the same. A line that is not understood is left as it is.
 */
export async function withNames(line: string, files: Files): Promise<Named> {
  const commands = simpleCommands(line);
  if (commands === null) return { command: line, env: {} };
  const askings: Asking[] = [];
  let folder = '';
  for (const simple of commands) {
    const [program, target] = simple.words;
    if (program?.text === 'cd') folder = inside(folder, target?.text ?? '');
    else askings.push(await askSimple(simple, folder, files, MAX_DEPTH));
  }
  const inserts = askings.flatMap(asking => asking.insert).sort((a, b) => b.at - a.at);
  const command = inserts.reduce((text, { at, text: more }) => `${text.slice(0, at)}${more}${text.slice(at)}`, line);
  return { command, env: Object.assign({}, ...askings.map(asking => asking.env)) };
}

const inside = (folder: string, path: string): string =>
  [folder, path]
    .join('/')
    .replace(/(?:^|\/)\.(?=\/|$)/g, '')
    .replace(/^\/+|\/+$/g, '')
    .replace(/\/+/g, '/');

const NOTHING: Asking = { insert: [], env: {} };

async function askSimple(simple: Simple, folder: string, files: Files, depth: number): Promise<Asking> {
  const direct = askRunner(simple);
  if (direct !== null) return direct;
  const [program, ...rest] = programOf(simple);
  const given = rest.map(word => word.text);
  if (program === undefined || depth === 0) return NOTHING;
  if (program.text === 'make' || program.text === 'gmake') return askMake(given, folder, files);
  const script = /^(?:ba|da|z)?sh$/.test(program.text) ? given.find(word => !word.startsWith('-')) : program.text;
  if (script !== undefined && /^\.{0,2}\/|\.(?:ba)?sh$/.test(script)) {
    const text = await files.read(inside(folder, script));
    return text === null ? NOTHING : askByName(text);
  }
  const call = scriptCall(program.text, given);
  if (call === null) return NOTHING;
  const asked = await askScript(call, folder, files, depth);
  const text = call.separator && asked.text !== '' && !given.includes('--') ? ` --${asked.text}` : asked.text;
  return { insert: text === '' ? [] : [{ at: simple.end, text }], env: asked.env };
}

type ScriptCall = {
  readonly script: string;
  /** True where flags for the script stand behind a `--`. */
  readonly separator: boolean;
  /** Folders named on the line, or every workspace. */
  readonly where: readonly string[] | 'workspaces';
};

/** `npm test`, `npm run x -w a`, `pnpm x`, `yarn x`, `bun run x`; null for other commands. */
function scriptCall(program: string, given: readonly string[]): ScriptCall | null {
  if (!['npm', 'pnpm', 'yarn', 'bun'].includes(program)) return null;
  const own = given.slice(0, given.includes('--') ? given.indexOf('--') : given.length);
  const words: string[] = [];
  const where: string[] = [];
  let all = false;
  for (let at = 0; at < own.length; at += 1) {
    const word = own[at] ?? '';
    const valued = /^(?:-w|--workspace|--prefix|-C|--dir|--cwd)(?:=(.*))?$/.exec(word);
    if (valued !== null) {
      if (valued[1] === undefined) at += 1;
      where.push(valued[1] ?? own[at] ?? '');
    } else if (/^(?:-ws|--workspaces)$/.test(word)) all = true;
    else if (/^(?:-r|--recursive|--filter|-F|foreach|workspaces?)/.test(word)) return null;
    else if (!word.startsWith('-')) words.push(word);
  }
  const [verb, name] = words;
  const script = verb === 't' || verb === 'tst' ? 'test' : verb === 'run' || verb === 'run-script' ? name : verb;
  if (script === undefined || (program === 'npm' && verb === script && script !== 'test')) return null;
  return { script, separator: program === 'npm', where: all ? 'workspaces' : where };
}

/** What to put behind a call of a package's script so that the runner at its end is asked. */
async function askScript(
  call: ScriptCall,
  folder: string,
  files: Files,
  depth: number,
): Promise<{ readonly text: string; readonly env: Asking['env'] }> {
  const folders =
    call.where === 'workspaces' ? await workspacesOf(folder, files) : await namedFolders(call, folder, files);
  const scripts = await Promise.all(folders.map(place => scriptIn(place, call.script, files)));
  const asked = await Promise.all(
    scripts.map((script, place) => (script === null ? null : askTail(script, folders[place] ?? '', files, depth - 1))),
  );
  const found = asked.filter(answer => answer !== null);
  const text = found[0]?.text ?? '';
  // One flag for all of them, or none: what one package's runner knows another's may refuse.
  const same = found.every(answer => answer.text === text);
  return { text: same ? text : '', env: Object.assign({}, ...found.map(answer => answer.env)) };
}

/** Words put behind a script go to its last command: they are known only where they end up right behind a runner. */
async function askTail(script: string, folder: string, files: Files, depth: number) {
  const commands = simpleCommands(script);
  const last = commands?.at(-1);
  if (commands === null || last === undefined) return { text: '', ...askByName(script) };
  const { insert, env } = await askSimple(last, folder, files, depth);
  const [only] = insert;
  const atEnd =
    only !== undefined && insert.length === 1 && only.at === last.end && script.slice(only.at).trim() === '';
  return { text: atEnd ? only.text : '', env: { ...askByName(script).env, ...env } };
}

async function scriptIn(folder: string, name: string, files: Files): Promise<string | null> {
  const manifest = parse(await files.read(inside(folder, 'package.json')));
  const script = field(field(manifest, 'scripts'), name);
  return typeof script === 'string' ? script : null;
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;

function parse(text: string | null): unknown {
  try {
    return JSON.parse((text ?? 'null').replace(/^\uFEFF/, ''));
  } catch {
    return null;
  }
}

/** The folders of the workspaces that package.json lists. */
async function workspacesOf(folder: string, files: Files): Promise<readonly string[]> {
  const manifest = parse(await files.read(inside(folder, 'package.json')));
  const listed = field(manifest, 'workspaces');
  const globs = Array.isArray(listed) ? listed : field(listed, 'packages');
  if (!Array.isArray(globs)) return [];
  const patterns = globs
    .filter(glob => typeof glob === 'string')
    .map(
      glob =>
        new RegExp(
          `^${inside(folder, glob)
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replace(/\*+/g, '[^/]+')}$`,
        ),
    );
  const manifests = (await files.list()).filter(path => path.endsWith('/package.json'));
  return manifests
    .map(path => path.slice(0, -'/package.json'.length))
    .filter(place => patterns.some(pattern => pattern.test(place)));
}

/** Folders given by path or by the package's name; the folder itself when none is given. */
async function namedFolders({ where }: ScriptCall, folder: string, files: Files): Promise<readonly string[]> {
  if (where === 'workspaces' || where.length === 0) return [folder];
  const workspaces = await workspacesOf(folder, files);
  const names = await Promise.all(
    workspaces.map(async place => field(parse(await files.read(inside(place, 'package.json'))), 'name')),
  );
  return where.map(word => workspaces[names.indexOf(word)] ?? inside(folder, word));
}

/** The recipes of the targets that `make` is asked for, and of what those need. */
async function askMake(given: readonly string[], folder: string, files: Files): Promise<Asking> {
  const place = given[given.indexOf('-C') + 1];
  const where = given.includes('-C') && place !== undefined ? inside(folder, place) : folder;
  for (const name of ['GNUmakefile', 'makefile', 'Makefile']) {
    const text = await files.read(inside(where, name));
    if (text === null) continue;
    const targets = given.filter(word => /^[\w.-]+$/.test(word) && !word.startsWith('-') && word !== place);
    return askByName(recipes(text, targets));
  }
  return NOTHING;
}

function recipes(makefile: string, targets: readonly string[]): string {
  const found: string[] = [];
  const needs: string[] = [];
  const collect = (wanted: readonly string[], deeper: boolean): void => {
    let inTarget = false;
    for (const line of makefile.split(/\r?\n/)) {
      const head = /^([\w .%/-]+?)\s*::?(?!=)\s*([^#]*)/.exec(line);
      if (head !== null) inTarget = (head[1] ?? '').split(/\s+/).some(name => wanted.includes(name));
      if (head !== null && inTarget && deeper) needs.push(...(head[2] ?? '').split(/\s+/));
      if (inTarget && (line.startsWith('\t') || head !== null)) found.push(line);
    }
  };
  collect(targets.length === 0 ? ['all', 'test'] : targets, true);
  collect(needs, false);
  // Programs are often named in variables: PYTEST ?= python -m pytest.
  const variables = makefile.match(/^[A-Z_]+\s*[:?]?=.*$/gm) ?? [];
  return [...found, ...variables].join('\n');
}

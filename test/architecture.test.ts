import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bareCode, type ImportLine, readImports } from './architecture/source.ts';

const root = join(dirname(import.meta.dirname), 'src');
const LEAVES = [
  'checks',
  'proof',
  'agents',
  'router',
  'km',
  'memory',
  'models',
  'workspace',
  'services',
  'secrets',
  'config',
];
const ENGINE = ['orchestrator'];
const SHELLS = ['cli', 'tui', 'server'];
const MAX_LINES = 250;

/** Rooms whose values a room may import besides its own. */
function mayUse(room: string): readonly string[] {
  if (room === 'core') return [];
  if (LEAVES.includes(room)) return ['core'];
  if (ENGINE.includes(room)) return ['core', 'agents', 'router', 'km', 'memory', 'checks', 'proof'];
  if (room === 'app') return ['core', ...LEAVES, ...ENGINE];
  if (SHELLS.includes(room)) return ['core', 'app'];
  return ['core', 'app', ...SHELLS];
}

/** Rows of the house, the lowest first; types may come from the same row or any below. */
const ROWS = [['core'], LEAVES, ENGINE, ['app'], SHELLS, ['bin']];
const rowOf = (room: string): number => ROWS.findIndex(row => row.includes(room));

type Source = {
  /** Relative to src/, with slashes. */
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly bare: string;
  /** Imports of files in src/, by path. */
  readonly own: readonly (ImportLine & { readonly path: string })[];
  readonly packages: readonly string[];
};

const roomOf = (path: string): string => (path.split('/')[0] ?? '').replace(/\.tsx?$/, '');

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = readImports(text);
  const own = imports.flatMap(line => {
    if (!line.from.startsWith('.')) return [];
    return [
      {
        ...line,
        path: relative(root, join(root, dirname(path), line.from))
          .split(sep)
          .join('/'),
      },
    ];
  });
  const packages = imports.flatMap(({ from }) => (from.startsWith('.') ? [] : [from]));
  return { path, room: roomOf(path), text, bare: bareCode(text), own, packages };
}

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter(path => /\.tsx?$/.test(path))
  .map(path => readSource(path.split(sep).join('/')));

/** `path:line: what` for every match of a pattern in files that may not have it. */
const found = (pattern: RegExp, allowed: (source: Source) => boolean): readonly string[] =>
  sources
    .filter(source => !allowed(source))
    .flatMap(({ path, bare }) =>
      bare.split('\n').flatMap((line, place) => {
        const match = pattern.exec(line);
        return match === null ? [] : [`${path}:${place + 1}: ${match[0].trim()}`];
      }),
    );

/** The first cycle of files, as their paths, or null. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] | null => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (finished.has(path)) return null;
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    finished.add(path);
    return null;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

describe('the house', () => {
  it('has only rooms that the picture knows', () => {
    expect(sources.filter(({ room }) => rowOf(room) < 0).map(({ path }) => path)).toEqual([]);
    expect(sources.length).toBeGreaterThan(50);
  });

  it('lets values go down one arrow only', () => {
    const wrong = sources.flatMap(({ path, room, own }) =>
      own
        .filter(line => !line.types && roomOf(line.path) !== room && !mayUse(room).includes(roomOf(line.path)))
        .map(line => `${path} uses ${line.path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('lets types come from the same row or below', () => {
    const wrong = sources.flatMap(({ path, room, own }) =>
      own.filter(line => rowOf(roomOf(line.path)) > rowOf(room)).map(line => `${path} names ${line.path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('imports only files that are there, with their extensions', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const missing = sources.flatMap(({ path, own }) =>
      own.filter(line => !paths.has(line.path)).map(line => `${path} → ${line.path}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no cycle of files, types included', () => {
    expect(findCycle(new Map(sources.map(({ path, own }) => [path, own.map(line => line.path)])))).toBeNull();
  });

  it('keeps drizzle where the database is', () => {
    const allowed = ['km', 'memory', 'orchestrator'];
    const wrong = sources.filter(
      ({ room, packages }) => packages.some(name => name.startsWith('drizzle-orm')) && !allowed.includes(room),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
    const inOrchestrator = sources.filter(
      ({ path, packages }) =>
        path.startsWith('orchestrator/') &&
        packages.some(name => name.startsWith('drizzle-orm')) &&
        !/^orchestrator\/(?:schema|journal)(?:\.ts|\/)/.test(path),
    );
    expect(inOrchestrator.map(({ path }) => path)).toEqual([]);
  });
});

describe('what only the outermost files may touch', () => {
  const outermost = ({ room }: Source): boolean => room === 'bin' || room === 'app';
  const printing = (source: Source): boolean =>
    source.path === 'cli/output.ts' || source.room === 'tui' || source.room === 'bin';

  it('leaves the environment, the folder and the life of the process to bin.ts and the composition root', () => {
    // Adapters may ask which system this is, name a temporary file after the process, and end what they started.
    const pattern = /\bprocess\s*\.\s*(?!(?:platform|arch|pid|kill)\b)\w+|\bprocess\s*\[/;
    expect(found(pattern, outermost)).toEqual([]);
    const facts = /\bprocess\s*\.\s*(?:platform|arch|pid|kill)\b/;
    expect(found(facts, source => outermost(source) || LEAVES.includes(source.room))).toEqual([]);
  });

  it('leaves the clock and chance to bin.ts and the composition root', () => {
    const pattern =
      /\bDate\s*\.\s*now\b|\bnew\s+Date\s*(?:\(\s*\)|(?![\s\w(]))|\bMath\s*\.\s*random\b|\bperformance\s*\.|\brandom(?:UUID|Bytes|Int)\b|\bgetRandomValues\b/;
    expect(found(pattern, outermost)).toEqual([]);
  });

  it('leaves the terminal to cli/output.ts, the terminal UI and bin.ts', () => {
    expect(found(/\bconsole\s*\.\s*\w+|\bprocess\s*\.\s*std(?:out|err|in)\b/, printing)).toEqual([]);
  });
});

describe('size and habits', () => {
  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const long = sources.map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }));
    expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
  });

  it('has no any', () => {
    expect(found(/(?::|\bas\b|[<|&,]|=>|=)\s*any\b\s*(?=[;,)\]>=|&[}]|$)/, () => false)).toEqual([]);
  });

  it('has named exports only, and no class but errors', () => {
    expect(found(/\bexport\s+default\b/, () => false)).toEqual([]);
    expect(found(/\bclass\s+\w+(?!\w|\s+extends\s+\w*Error\b)/, () => false)).toEqual([]);
  });
});

/** The source of a template literal with a text and a piece of code. */
const template = (text: string, code: string): string => `\`${text}\${${code}}\``;

describe('the reader of sources', () => {
  it('tells values from types in every form of import', () => {
    const text = [
      "import type { A } from './a.ts';",
      "import { type B, type C } from './b.ts';",
      'import {\n  type D,\n  e,\n} from "./d.ts";',
      "import f, { type G } from './f.ts';",
      "import './side.ts';",
      "export * from './h.ts';",
      "export type { I } from './i.ts';",
      "export { j } from './j.ts';",
      "const k = await import('./k.ts');",
      "type L = import('./l.ts').L;",
      "import type from './m.ts';",
    ].join('\n');
    expect(readImports(text).map(({ from, types }) => `${from} ${types ? 'types' : 'values'}`)).toEqual([
      './a.ts types',
      './b.ts types',
      './d.ts values',
      './f.ts values',
      './side.ts values',
      './h.ts values',
      './i.ts types',
      './j.ts values',
      './m.ts values',
      './k.ts values',
      './l.ts types',
    ]);
  });

  it('sees no import in comments, strings, templates and patterns', () => {
    const text = [
      "// import { a } from './a.ts';",
      "/* import b from './b.ts'; */",
      `const c = ${template("\nimport d from './d.ts';\n", template('e', 'f'))};`,
      'const e = /[/\'"]import f from "f"/;',
      "export const g = 'g';",
      "import { h } from './h.ts';",
    ].join('\n');
    expect(readImports(text).map(({ from }) => from)).toEqual(['./h.ts']);
  });

  it('keeps the code and the line numbers when it blanks the rest', () => {
    const text = [
      "const a = 'process.env'; // Date.now()",
      'const b = x / y / process.pid;',
      `const c = ${template('Date.now()', 'Math.random()')};`,
      'return /any: any/.test(a);',
    ].join('\n');
    const bare = bareCode(text);
    expect(bare).not.toMatch(/process\.env|Date|any/);
    expect(bare).toContain('x / y / process.pid');
    expect(bare).toContain('Math.random()');
    expect(bare.split('\n')).toHaveLength(text.split('\n').length);
  });
});

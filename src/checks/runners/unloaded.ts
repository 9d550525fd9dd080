import { posix } from 'node:path';
import type { Unloaded } from '../../core/check.ts';
import { plainText } from './read.ts';

const TEST_PATH =
  /(?:^|\/)(?:tests?|__tests__|specs?|e2e)\/|\.(?:test|spec)\.\w+$|_test\.\w+$|(?:^|\/)test[_-][^/]*$|(?:^|\/)tests?\.\w+$/i;

/** Does this path look like a test? */
export const isTestPath = (path: string): boolean => TEST_PATH.test(path);

/** Something asked for by a file; `by` is null where the runner does not say which file asked. */
type Asked = Unloaded & { readonly by: string | null };

const clean = (path: string): string => path.replace(/^file:\/\//, '').replace(/^\.\//, '');
const resolved = (name: string, by: string): string =>
  /^\.{1,2}\//.test(name) ? posix.join(posix.dirname(by), name) : name;
const file = (name: string, by: string): Asked => ({
  kind: 'file',
  name: clean(resolved(name, clean(by))),
  by: clean(by),
});
const symbol = (name: string, by: string | null): Asked => ({
  kind: 'symbol',
  name,
  by: by === null ? null : clean(by),
});

/** All places where a pattern matches, read by `take`. */
const each = (text: string, pattern: RegExp, take: (match: RegExpMatchArray) => Asked | null): Asked[] =>
  [...text.matchAll(pattern)].flatMap(match => take(match) ?? []);
const part = (match: RegExpMatchArray, place: number): string => match[place] ?? '';

function node(text: string): Asked[] {
  return [
    ...each(text, /Cannot find module '([^'\n]+)' imported from '?([^\s']+)/g, m => file(part(m, 1), part(m, 2))),
    ...each(text, /Cannot find module '([^'\n]+)'\n(?:# )?Require stack:\n(?:# )?- (\S+)/g, m =>
      file(part(m, 1), part(m, 2)),
    ),
    ...each(text, /Cannot find module '([^'\n]+)' from '([^'\n]+)'/g, m =>
      inSuite(text, m.index ?? 0) ? file(part(m, 1), part(m, 2)) : null,
    ),
    ...each(text, /Failed to load url (\S+) \(resolved id: [^)]*\) in (\S+?)\. Does the file exist/g, m =>
      file(part(m, 1), part(m, 2)),
    ),
    ...each(text, /Failed to resolve import "([^"\n]+)" from "([^"\n]+)"/g, m => file(part(m, 1), part(m, 2))),
    ...each(
      text,
      /^(?:# )?(?:file:\/\/)?(\S+?):\d+\n(?:(?!^(?:# )?(?:file:\/\/)?\S+:\d+$).*\n){1,6}?(?:# )?SyntaxError: .* does not provide an export named '([^'\n]+)'/gm,
      m => symbol(part(m, 2), part(m, 1)),
    ),
  ];
}

/** Jest tells a missing module of a file that did not load, and one that a running test asked for, in the same words. */
const inSuite = (text: string, at: number): boolean => {
  const before = text.slice(0, at);
  return before.lastIndexOf('● Test suite failed to run') >= Math.max(0, before.lastIndexOf('\n  ● '));
};

function typescript(text: string): Asked[] {
  const by = /^(?:\S+ )?([^\s(:]+\.[cm]?tsx?)[(:](?:\d+)[,:](?:\d+)\)?(?::| -) error TS(\d+): (.*)$/gm;
  return each(text, by, m => {
    const [path, said] = [part(m, 1), part(m, 3)];
    const missing = /^Cannot find module '([^']+)'/.exec(said)?.[1];
    if (missing !== undefined) return file(missing, path);
    const name =
      /has no exported member (?:named )?'([^']+)'/.exec(said)?.[1] ??
      /^Cannot find name '([^']+)'/.exec(said)?.[1] ??
      /^Property '([^']+)' does not exist/.exec(said)?.[1];
    return name === undefined ? null : symbol(name, path);
  });
}

/** Tracebacks of Python, each with the file whose line failed last. */
function python(text: string): Asked[] {
  const loading = /ERROR collecting|Failed to import test module|_FailedTest/.test(text);
  const blocks = text.split(/^(?:_{3,} .* _{3,}|={3,}.*|-{3,})$/m).filter(block => !loading || isLoading(block));
  return blocks.flatMap(block => {
    const frames = [...block.matchAll(/^\s*(?:File "([^"\n]+)", line \d+, in (.+)|(\S[^\n:]*\.py):\d+: in (.+))$/gm)];
    const last = frames.at(-1);
    // A name that is looked up while a test runs says nothing about loading.
    if (!loading && (last?.[2] ?? last?.[4]) !== '<module>') return [];
    const by = own(frames.map(frame => frame[1] ?? frame[3] ?? ''));
    return [
      ...each(block, /ImportError: cannot import name '(\w+)' from/g, m => symbol(part(m, 1), by)),
      ...each(block, /ModuleNotFoundError: No module named '([\w.]+)'/g, m => ({
        kind: 'file',
        name: part(m, 1).replaceAll('.', '/'),
        by,
      })),
      ...each(block, /AttributeError: (?:partially initialized )?module '[\w.]+' has no attribute '(\w+)'/g, m =>
        symbol(part(m, 1), by),
      ),
    ];
  });
}

const isLoading = (block: string): boolean =>
  /ImportError while importing test module|Failed to import test module|in <module>/.test(block);
/** The innermost frame outside the interpreter's own files. */
const own = (paths: readonly string[]): string | null => {
  const path = paths.findLast(name => !/^<|(?:^|\/)(?:lib\/python|importlib\/|site-packages\/)/.test(name));
  return path === undefined ? null : clean(path);
};

const go = (text: string): Asked[] => [
  ...each(text, /^(?:vet: )?(\S+\.go):\d+:\d+: undefined: (?:\w+\.)?(\w+)$/gm, m => symbol(part(m, 2), part(m, 1))),
  ...each(text, /^(?:vet: )?(\S+\.go):\d+:\d+: \S+\.(\w+) undefined/gm, m => symbol(part(m, 2), part(m, 1))),
  ...each(
    text,
    /^(\S+\.go):\d+:\d+: (?:no required module provides package|cannot find module providing package) ([^\s;:]+)/gm,
    m => ({
      kind: 'file',
      name: part(m, 2),
      by: part(m, 1),
    }),
  ),
];

const RUST = /^error\[E\d+\]: (.+)\n\s+--> (\S+?):\d+:\d+$/gm;

function rust(text: string): Asked[] {
  // Unit tests stand in the product’s own files: there it is a test’s fault only when the product itself did compile.
  const unit = /could not compile `[^`]+` \(lib test\)/.test(text) && !/could not compile `[^`]+` \(lib\)/.test(text);
  return each(text, RUST, m => {
    const [said, path] = [part(m, 1), part(m, 2)];
    const by = unit && /^(?:.*\/)?src\//.test(path) ? null : path;
    const missing = /^file not found for module `(\w+)`/.exec(said)?.[1];
    if (missing !== undefined) return { kind: 'file', name: missing, by };
    const name =
      /^unresolved imports? `(?:[\w:]+::)?(\w+)`/.exec(said)?.[1] ??
      /^cannot find .*?`(\w+)`/.exec(said)?.[1] ??
      /^no (?:method|function or associated item|associated item|variant|field).*? (?:named )?`(\w+)`/.exec(
        said,
      )?.[1] ??
      /could not find `(\w+)` in/.exec(said)?.[1];
    return name === undefined ? null : symbol(name, by);
  });
}

/**
 * What of the project's own a test asked for and did not find, so that its tests did not even load. In `output` paths of the project
 * begin at its top (`src/a.js`; `./a.js` is relative to who asks). Files are paths without certainty about their ending (`src/slug`, `pkg/mod`). What the product's own files ask of each other is an ordinary failure, and so is a
 * syntax error. `asks` says of a path beside the usual ones that it is a test.
 */
export function unloadedFrom(output: string, asks: (path: string) => boolean = () => false): readonly Unloaded[] {
  const text = plainText(output);
  const found = [node, typescript, python, go, rust]
    .flatMap(read => read(text))
    .filter(({ by }) => by === null || isTestPath(by) || asks(by));
  const seen = new Map(found.map(({ kind, name }) => [`${kind} ${name}`, { kind, name }]));
  return [...seen.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Line and block comment markers by file ending. Strings that look like comments are cut too: both sides alike. */
const C_LIKE = { line: ['//'], block: [['/*', '*/']] } as const;
const HASH = { line: ['#'], block: [] } as const;
type Markers = { readonly line: readonly string[]; readonly block: readonly (readonly [string, string])[] };
const MARKERS: Readonly<Record<string, Markers>> = {
  ...Object.fromEntries(
    'js jsx ts tsx mjs cjs mts cts c h cc cpp hpp java go rs swift kt scala cs php dart css scss less'
      .split(' ')
      .map(end => [end, C_LIKE]),
  ),
  ...Object.fromEntries('py rb sh bash yaml yml toml r pl'.split(' ').map(end => [end, HASH])),
  ...Object.fromEntries('html xml vue svelte'.split(' ').map(end => [end, { line: [], block: [['<!--', '-->']] }])),
  sql: { line: ['--'], block: [['/*', '*/']] },
  lua: { line: ['--'], block: [['--[[', ']]']] },
};

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** A text without its comments and white space; a text of a kind we do not know only loses its white space. */
function bare(path: string, text: string): string {
  const markers = MARKERS[path.split('.').pop() ?? ''];
  const blocks =
    markers?.block.map(([open, close]) => new RegExp(`${quoted(open)}[\\s\\S]*?${quoted(close)}`, 'g')) ?? [];
  const lines = markers?.line.map(mark => new RegExp(`(^|\\s)${quoted(mark)}.*$`, 'gm')) ?? [];
  return [...blocks, ...lines].reduce((rest, pattern) => rest.replace(pattern, ''), text).replace(/\s+/g, '');
}

/** Does a change of one file touch nothing but comments and white space? A file that came or went is a change. */
export const sameButComments = (path: string, before: string | null, after: string | null): boolean =>
  before !== null && after !== null && bare(path, before) === bare(path, after);

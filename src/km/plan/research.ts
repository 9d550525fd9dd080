import { appendEntry, digest, type Logbook, linesOf, type Placed } from './logbook.ts';
import { oneLine } from './notes.ts';

export type ResearchEntry = {
  readonly project: string;
  readonly key: string;
  /** Title of the task. */
  readonly title: string;
  /** The question or the finding, one line. */
  readonly what: string;
  /** More of it, as markdown; empty when there is no more. */
  readonly text: string;
  readonly by: string;
  readonly iso: string;
};

const RESEARCH: Logbook = {
  prefix: 'RQ',
  header: project => [
    `# ${oneLine(project)} – Research`,
    '',
    '> Questions and what was found out, one entry each. Entries are added at the end and stay; the plan links to them.',
  ],
};

/** Characters of a heading. */
const HEADING = 100;

/**
 * Adds an entry to the text of `research.md` (null: there is no such file yet) and says how to link to it:
 * `research.md#anchor`. The same words about the same task again find their entry as it is.
 */
export function appendResearch(text: string | null, entry: ResearchEntry): Placed {
  const { project, key, title, what, by, iso } = entry;
  const words = oneLine(what);
  const isLong = words.length > HEADING;
  return appendEntry(RESEARCH, text, {
    project,
    heading: isLong ? `${words.slice(0, HEADING - 1).replace(/[\ud800-\udbff]$/, '')}…` : words,
    marker: `<!-- llmclis research task=${encodeURIComponent(key)} what=${digest(`${words}\n${entry.text}`)} -->`,
    facts: [
      ['Date', iso],
      ['Task', `${key} – ${title}`],
      ['By', by],
    ],
    body: [...(isLong ? [words, ''] : []), ...asSection(entry.text)],
  });
}

/** Markdown as a part of an entry: its headings stand below the entry's own, its fences and comments end with it. */
function asSection(text: string): readonly string[] {
  if (text.trim() === '') return [];
  let fence = '';
  const lines = linesOf(text).map(line => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence === '' && mark !== '') fence = mark;
    else if (fence !== '' && mark.startsWith(fence) && line.trim() === mark) fence = '';
    else if (fence === '') return line.replaceAll('<!--', '<! --').replace(/^( {0,3})#{1,2}(?=[ \t])/, '$1###');
    return line;
  });
  return fence === '' ? lines : [...lines, fence];
}

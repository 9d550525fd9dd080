import type { Status } from './fields.ts';

export type Keywords = {
  /** What a word in front of a heading says; null for a word that is no keyword. */
  status(word: string): Status | null;
};

/** What people use when the file does not say. */
const OPEN = 'TODO NEXT STARTED STRT DOING IN-PROGRESS INPROGRESS PROG WAIT WAITING HOLD BLOCKED SOMEDAY MAYBE PROJ';
const CLOSED = 'DONE CANCELLED CANCELED KILL';

/** The keywords of a text: those of its `#+TODO:` lines, else the usual ones. */
export function keywordsOf(text: string): Keywords {
  const lines = [...text.matchAll(/^#\+(?:TODO|SEQ_TODO|TYP_TODO):[ \t]*(.*)$/gim)].map(match => match[1] ?? '');
  const known = new Map<string, Status>();
  for (const line of lines.length === 0 ? [`${OPEN} | ${CLOSED}`] : lines) {
    // `WAIT(w@/!)` is the keyword WAIT.
    const words = (part: string) =>
      part
        .split(/\s+/)
        .map(word => word.replace(/\(.*\)$/, ''))
        .filter(word => word !== '');
    const [before = '', after] = line.split('|');
    const open = words(before);
    const closed = after === undefined ? open.splice(-1) : words(after);
    for (const word of open) known.set(word, openStatus(word));
    for (const word of closed)
      known.set(
        word,
        /^(?:CANC|CANX|KILL|ABORT|SKIP|TRASH|WONT|WON'T|ABANDON|REJECT|DROP|DEFER|OBSOLETE|FAILED|NO$)/i.test(word)
          ? 'cancelled'
          : 'done',
      );
  }
  return { status: word => known.get(word) ?? null };
}

function openStatus(word: string): Status {
  if (/^(?:STARTED|STRT|DOING|IN[-_]?PROGRESS|PROG|UNDERWAY|ACTIVE|WIP|REVIEW|IN[-_]?REVIEW)$/i.test(word))
    return 'in-progress';
  return /^(?:BLOCKED|STUCK)$/i.test(word) ? 'blocked' : 'open';
}

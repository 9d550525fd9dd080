import type { ChecklistItem } from '../../../core/task.ts';
import type { ImportedNote } from '../dialect.ts';
import { dateOf, named, paragraphs, timeOf } from './fields.ts';

export type OrgBody = {
  readonly id: string | null;
  readonly text: string;
  readonly checklist: readonly ChecklistItem[];
  readonly notes: readonly ImportedNote[];
  readonly deadline?: string | undefined;
  readonly closed?: string | undefined;
  readonly created?: string | undefined;
};

/** The day of a time stamp such as `<2017-07-15 Sat 18:00 -1m>`, with its time where it has one. */
function stampIn(text: string): string | undefined {
  const match = /[<[](\d{4}-\d{2}-\d{2})(?:[^\d>\]]*?[ \t](\d{1,2}:\d{2}))?/.exec(text);
  if (match?.[1] === undefined) return undefined;
  return dateOf(match[2] === undefined ? match[1] : `${match[1]} ${match[2].padStart(5, '0')}`);
}

type Parts = {
  readonly words: string[];
  readonly log: string[];
  readonly properties: Map<string, string>;
  readonly planning: Map<string, string>;
};

/** Lines below a heading: planning, drawers, the rest. */
function partsOf(lines: readonly string[]): Parts {
  const parts: Parts = { words: [], log: [], properties: new Map(), planning: new Map() };
  let drawer: string | null = null;
  for (const line of lines) {
    const name = /^[ \t]*:([\w-]+):[ \t]*$/.exec(line)?.[1]?.toUpperCase();
    if (name === 'END') drawer = null;
    else if (name !== undefined && drawer === null) drawer = name;
    else if (drawer === 'PROPERTIES') {
      const property = /^[ \t]*:([^\s:]+):[ \t]*(.*)$/.exec(line);
      if (property !== null) parts.properties.set((property[1] ?? '').toUpperCase(), (property[2] ?? '').trim());
    } else if (drawer !== null || /^[ \t]*CLOCK:/.test(line)) parts.log.push(line);
    else if (/^[ \t]*(?:SCHEDULED|DEADLINE|CLOSED):/.test(line))
      for (const [, word = '', stamp = ''] of line.matchAll(
        /(SCHEDULED|DEADLINE|CLOSED):[ \t]*([<[][^>\]]{0,100}[>\]])/g,
      ))
        parts.planning.set(word, stamp);
    else parts.words.push(line);
  }
  return parts;
}

/** What stands below a heading. */
export function bodyOf(lines: readonly string[]): OrgBody {
  const { words, log, properties, planning } = partsOf(lines);
  const checklist: ChecklistItem[] = [];
  const text = words.filter(line => {
    const box = /^[ \t]*(?:[-+]|\d+[.)])[ \t]+\[([ xX-])\][ \t]+(\S.*)$/.exec(line);
    if (box !== null) checklist.push({ text: (box[2] ?? '').trim(), done: /[xX]/.test(box[1] ?? '') });
    return box === null;
  });
  const id = properties.get('ID') ?? properties.get('CUSTOM_ID') ?? null;
  const others = [...properties]
    .filter(([name]) => !['ID', 'CUSTOM_ID', 'CREATED'].includes(name))
    .map(([name, value]) => named(name.toLowerCase(), value));
  const scheduled = planning.get('SCHEDULED') ?? '';
  return {
    id: id === '' ? null : id,
    text: paragraphs(dedented(text), named('Scheduled', scheduled.slice(1, -1)), ...others),
    checklist,
    notes: notesOf(log),
    deadline: stampIn(planning.get('DEADLINE') ?? ''),
    closed: timeOf(stampIn(planning.get('CLOSED') ?? '') ?? ''),
    created: timeOf(stampIn(properties.get('CREATED') ?? '') ?? ''),
  };
}

/** The lines without the indent that all of them have. */
function dedented(lines: readonly string[]): string {
  const indents = lines.filter(line => line.trim() !== '').map(line => /^[ \t]*/.exec(line)?.[0].length ?? 0);
  const least = Math.min(...indents, 80);
  return lines
    .map(line => line.slice(least).trimEnd())
    .join('\n')
    .trim();
}

/** Entries of the log book, each with the lines that belong to it. */
function notesOf(log: readonly string[]): readonly ImportedNote[] {
  const entries: string[][] = [];
  for (const line of log) {
    if (line.trim() === '') continue;
    if (entries.length === 0 || /^[ \t]*(?:-[ \t]|CLOCK:)/.test(line))
      entries.push([line.trim().replace(/^-[ \t]+/, '')]);
    else entries.at(-1)?.push(line.trim());
  }
  return entries.map(entry => {
    // A line break in a note is written as two backslashes.
    const text = entry.map(line => line.replace(/\\\\$/, '').trimEnd()).join('\n');
    return { at: timeOf(stampIn(text) ?? '') ?? null, agent: null, text };
  });
}

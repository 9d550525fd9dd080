import { oneLine } from '../core/line.ts';
import type { Entry, EntryDetails, EntryEvent, EntryLink } from '../memory/record/entry.ts';
import type { Output, Style } from './output.ts';
import { formatTable } from './table.ts';
import { cleanText } from './task-text.ts';

const STATUS_STYLES: Readonly<Record<Entry['status'], Style>> = {
  live: 'green',
  superseded: 'dim',
  wrong: 'red',
  forgotten: 'dim',
};

/** `src/slug.js:12-40`. */
const placeOf = ({ file, lines }: Entry): string =>
  file === null ? '' : `${file}${lines === null ? '' : `:${lines}`}`;

export const entryTable = (entries: readonly Entry[], out: Output): readonly string[] =>
  formatTable(
    [
      { title: 'id', align: 'right' },
      { title: 'type' },
      { title: 'about' },
      { title: 'day' },
      { title: 'by' },
      { title: 'text' },
    ],
    entries.map(entry => [
      String(entry.id),
      entry.type,
      oneLine(entry.task_key ?? entry.scope, 24),
      entry.created_at.slice(0, 10),
      oneLine(entry.agent, 24),
      `${marksOf(entry, out)}${oneLine(entry.text, 90)}`,
    ]),
  );

/** What is not as usual: not live, pinned. */
function marksOf({ status, pinned }: Entry, out: Output): string {
  const marks = [
    ...(status === 'live' ? [] : [out.style(STATUS_STYLES[status], status)]),
    ...(pinned ? ['pinned'] : []),
  ];
  return marks.length === 0 ? '' : `[${marks.join(', ')}] `;
}

const field = (name: string, value: string | null): readonly string[] =>
  value === null || value === '' ? [] : [`${`${name}:`.padEnd(14)}${oneLine(value, 400)}`];

const indented = (text: string, out: Output): string =>
  cleanText(text)
    .split('\n')
    .map(line => `    ${line}`.trimEnd())
    .join('\n') || out.style('dim', '    (its text is gone)');

/** All of an entry for people. */
export function entryText(entry: EntryDetails, out: Output): readonly string[] {
  const { links, versions, history } = entry;
  const replaced = entry.superseded_by === null ? '' : ` by ${entry.superseded_by}`;
  return [
    `${out.style('bold', String(entry.id))}  ${entry.type}  ${out.style(STATUS_STYLES[entry.status], entry.status)}${replaced}${entry.pinned ? '  pinned' : ''}`,
    indented(entry.text, out),
    ...field('holds for', entry.scope === 'global' ? 'every project' : `its ${entry.scope}`),
    ...field('task', entry.task_key),
    ...field('states', entry.slot),
    ...field('trust', entry.trust),
    ...field('agent', entry.agent),
    ...field('model', entry.model),
    ...field('source', entry.source),
    ...field('session', entry.session),
    ...field(
      'run',
      entry.run_id === null ? null : `${entry.run_id}${entry.step === null ? '' : `, step ${entry.step}`}`,
    ),
    ...field('place', placeOf(entry)),
    ...field('stored', entry.created_at),
    ...field('changed', entry.updated_at === entry.created_at ? null : entry.updated_at),
    ...field('true from', entry.valid_from === entry.created_at ? null : entry.valid_from),
    ...field('true until', entry.valid_to),
    ...field('said', entry.seen === 1 ? null : `${entry.seen} times`),
    ...field('tokens', `about ${entry.tokens}`),
    ...section('links', links.map(linkText)),
    ...section(
      'earlier texts',
      versions.map(({ replaced_at, text }) => `${replaced_at.slice(0, 16)}  ${oneLine(text, 200)}`),
    ),
    ...section('history', history.map(eventText)),
  ];
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map(line => `  ${line}`)];

const LINK_WORDS = {
  summarises: ['summarises', 'summarised by'],
  supersedes: ['supersedes', 'superseded by'],
  near: ['near', 'near'],
  contradicts: ['contradicts', 'contradicted by'],
  derives: ['derives from', 'used by'],
} as const satisfies Record<EntryLink['kind'], readonly [string, string]>;

function linkText({ kind, direction, id, status, text, differs }: EntryLink): string {
  const word = LINK_WORDS[kind][direction === 'to' ? 0 : 1];
  const suspect = differs === null ? '' : ` · may contradict: only ${oneLine(differs.join(', '), 80)} differ`;
  return `${word} ${id}${status === 'live' ? '' : ` (${status})`}: ${oneLine(text, 100)}${suspect}`;
}

const eventText = ({ at, action, agent, because, other_id }: EntryEvent): string => {
  const other = other_id === null || action === 'edited' ? '' : ` by ${other_id}`;
  return `${at.slice(0, 16)}  ${action}${other} (${oneLine(agent, 40)})${because === '' ? '' : `: ${oneLine(because, 200)}`}`;
};

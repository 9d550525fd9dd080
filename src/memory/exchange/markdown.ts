import { ok, type Result } from '../../core/failure.ts';
import { oneLine } from '../../core/line.ts';
import type { Exported } from './export.ts';
import { readEntry, readHeader } from './jsonl.ts';
import type { ExchangeFile, Portable } from './portable.ts';

const HEADER = /^<!-- llmclis:memory-file (\{.*\}) -->\s*$/;
const MARK = /^<!-- llmclis:memory (\{.*\}) -->\s*$/;
/** A line of a text that would be taken for a mark has a backslash more in the file. */
const LIKE_MARK = /^\\*<!-- llmclis:memory/;
const WITH_BACKSLASH = /^\\+<!-- llmclis:memory/;

/** Entries for people to read and edit: above each its fields in a comment, then a heading, then its text as it is. */
export function printMarkdown({ header, entries }: Exported, title: string): string {
  return [
    comment('memory-file', header),
    `# ${oneLine(title)}`,
    '',
    'Edit the texts and read them back with `llmclis memory import FILE`. The comments belong to llmclis.',
    ...entries.flatMap(entry => ['', comment('memory', fieldsOf(entry)), headingOf(entry), '', escaped(entry.text)]),
    '',
  ].join('\n');
}

/** A comment ends where `-->` stands, so that no value may hold one. */
const comment = (what: string, value: object): string =>
  `<!-- llmclis:${what} ${JSON.stringify(value).replaceAll('>', '\\u003e')} -->`;

/** What is not as usual. Earlier texts and the history are left to the other format. */
function fieldsOf({ text: _t, versions: _v, history: _h, updated_at: _u, ...fields }: Portable): object {
  const { links, seen, pinned, ...rest } = fields;
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)),
    ...(seen !== 1 && { seen }),
    ...(pinned && { pinned }),
    ...(links.length > 0 && { links }),
  };
}

const headingOf = ({ id, type, task, created_at, agent, status }: Portable): string =>
  `## ${[
    id,
    type.replaceAll('_', ' '),
    task,
    created_at?.slice(0, 10),
    oneLine(agent, 60),
    status === 'live' ? null : status,
  ]
    .filter(part => part !== null && part !== undefined)
    .join(' · ')}`;

const escaped = (text: string): string =>
  text
    .split('\n')
    .map(line => (LIKE_MARK.test(line) ? `\\${line}` : line))
    .join('\n');

/** What stands between two comments is the text of the first, without the heading that llmclis put there. */
export function parseMarkdown(name: string, text: string): Result<ExchangeFile> {
  const [first = '', ...rest] = text.replace(/^\uFEFF/, '').split('\n');
  // An editor that ends the first line in its own way has done so to all.
  const lines = [first, ...(first.endsWith('\r') ? rest.map(line => line.replace(/\r$/, '')) : rest)];
  const header = readHeader(name, HEADER.exec(first)?.[1] ?? '');
  if (!header.ok) return header;
  const marks = lines.flatMap((line, place) => {
    const json = MARK.exec(line)?.[1];
    return json === undefined ? [] : [{ place, json }];
  });
  const entries: ExchangeFile['entries'][number][] = [];
  for (const [index, { place, json }] of marks.entries()) {
    const body = lines.slice(place + 1, marks[index + 1]?.place);
    if (/^## \d+ · /.test(body[0] ?? '')) body.shift();
    const plain = body.map(line => (WITH_BACKSLASH.test(line) ? line.slice(1) : line)).join('\n');
    const entry = readEntry(name, place + 1, json, { text: plain.trim() });
    if (!entry.ok) return entry;
    entries.push({ line: place + 1, entry: entry.value });
  }
  return ok({ name, header: header.value, entries });
}

import { fail, ok, type Result } from '../../core/failure.ts';
import { MEMORY_TYPES, type MemoryType } from '../memory.ts';

/** A text of a corpus as it is stored. */
export type CorpusEntry = {
  readonly id: string;
  readonly project: string;
  readonly session: string | null;
  readonly agent: string;
  /** When it was said; null: not told. */
  readonly at: Date | null;
  readonly type: MemoryType;
  readonly text: string;
};

/** A question, and the texts that answer it. */
export type CorpusQuery = {
  readonly project: string;
  readonly query: string;
  readonly category: string;
  readonly relevant: readonly string[];
};

/** Questions about what was never said: they are counted apart. */
export const ADVERSARIAL = 'adversarial';
const ONE_PROJECT = 'default';

type Fields = Readonly<Record<string, unknown>>;
type Lines = { readonly file: string; readonly text: string };

/** Reads a corpus, one JSON object on each line: LoCoMo's fields, or `id`, `text`, `project`, `session`, `agent`, `date`, `type`. */
export function readCorpus(lines: Lines): Result<readonly CorpusEntry[]> {
  const seen = new Set<string>();
  return readLines(lines, fields => {
    const id = asText(fields.id);
    const text = asText(fields.text);
    if (id === null || text === null) return 'needs "id" and "text"';
    if (seen.has(id)) return `has the id ${JSON.stringify(id.slice(0, 60))} again`;
    seen.add(id);
    const date = asText(fields.date);
    const at = date === null ? null : readDate(date);
    if (date !== null && at === null) return `has a date that is none: ${JSON.stringify(date.slice(0, 60))}`;
    const spoken = fields.speaker !== undefined;
    const type = MEMORY_TYPES.find(of => of === (fields.type ?? (spoken ? 'raw_interaction' : 'note')));
    if (type === undefined) return `has a type that is none of ${MEMORY_TYPES.join(', ')}`;
    const caption = asText(fields.caption);
    return {
      id,
      project: asText(fields.project ?? fields.conv) ?? ONE_PROJECT,
      session: asText(fields.session),
      agent: asText(fields.agent ?? fields.speaker) ?? 'person',
      at,
      type,
      text: caption === null ? text : `${text} [shares ${caption}]`,
    };
  });
}

/** Reads questions, one JSON object on each line: LoCoMo's fields, or `query`, `relevant`, `project`, `category`. */
export function readQueries(lines: Lines): Result<readonly CorpusQuery[]> {
  return readLines(lines, fields => {
    const query = asText(fields.query ?? fields.question);
    const relevant = fields.relevant ?? fields.evidence;
    if (query === null || !Array.isArray(relevant))
      return 'needs "query" and "relevant" (or "question" and "evidence")';
    return {
      project: asText(fields.project ?? fields.conv) ?? ONE_PROJECT,
      query,
      category: asText(fields.cat_name ?? fields.category) ?? 'all',
      relevant: relevant.flatMap(id => asText(id) ?? []),
    };
  });
}

/** Every line by `read`, which returns what is wrong with a line as a text. */
function readLines<T extends object>(
  { file, text }: Lines,
  read: (fields: Fields) => T | string,
): Result<readonly T[]> {
  const entries: T[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const fields = asObject(line);
    const entry = fields === null ? 'is no JSON object' : read(fields);
    if (typeof entry === 'string')
      return fail(
        'input.invalid',
        `Line ${index + 1} of ${file} ${entry}.`,
        'One JSON object on each line; docs/memory.md shows both forms.',
        { line: index + 1 },
      );
    entries.push(entry);
  }
  return entries.length > 0
    ? ok(entries)
    : fail('input.invalid', `${file} is empty.`, 'Give a file with lines of JSON.');
}

function asObject(line: string): Fields | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}

function asText(value: unknown): string | null {
  if (typeof value === 'number') return `${value}`;
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}

/** ISO 8601, or LoCoMo's `1:56 pm on 8 May, 2023`; in UTC where no zone is named. */
function readDate(text: string): Date | null {
  const [, time = '', day = ''] = /^(\d{1,2}:\d{2} ?[ap]m) on (.+)$/i.exec(text) ?? [];
  const iso = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/.test(text);
  const parsed = new Date(
    day !== '' ? `${day} ${time} UTC` : iso ? `${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}` : text,
  );
  return Number.isNaN(parsed.getTime()) ? null : parsed;
}

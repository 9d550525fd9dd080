import { fail, ok, type Result } from '../../core/failure.ts';
import type { Stored } from '../memory.ts';
import { editEntry } from '../record/edit.ts';
import type { Entry } from '../record/entry.ts';
import { allOrNothing, hashOf, type Keeper, type NewEntry } from '../record/keeper.ts';
import { PERSON } from '../record/statement.ts';
import { addEntry } from '../record/store-entry.ts';
import { storeName } from './export.ts';
import { entryOf, type Home } from './imported-entry.ts';
import type { ExchangeFile, Portable } from './portable.ts';
import { type Matcher, makeMatcher } from './same-entry.ts';
import { type Arrival, tieTogether } from './ties.ts';

export type ImportWish = Home & {
  readonly files: readonly ExchangeFile[];
  /** Who imports, for the history of what a person edited in a file. */
  readonly agent: string;
  /** Says what it would do and does nothing. */
  readonly dry_run: boolean;
};

export type ImportAction = 'added' | 'edited' | 'unchanged' | 'left';

/** What became of one entry of a file. */
export type ImportedEntry = {
  readonly file: string;
  readonly line: number;
  readonly action: ImportAction;
  /** Its id here; null when it is not here. */
  readonly id: number | null;
  /** Why it was left as it is here; empty for all others. */
  readonly because: string;
};

export type ImportReport = Readonly<Record<ImportAction, number>> & {
  readonly dry_run: boolean;
  readonly entries: readonly ImportedEntry[];
};

/** Takes in what files hold: new texts are added, edited ones edited, known ones left alone. All of it or nothing. */
export function importEntries(keeper: Keeper, wish: ImportWish): Result<ImportReport> {
  const reports: ImportReport[] = [];
  const done = allOrNothing(keeper.sqlite, () => {
    const read = takeIn(keeper, wish);
    if (!read.ok) return read;
    reports.push(read.value);
    return wish.dry_run ? fail('interrupted', 'Dry run.', 'Nothing was written.') : read;
  });
  const [report] = reports;
  return report === undefined ? done : ok(report);
}

function takeIn(keeper: Keeper, wish: ImportWish): Result<ImportReport> {
  const store = storeName(keeper);
  const entries: ImportedEntry[] = [];
  for (const file of wish.files) {
    const matcher = makeMatcher(keeper, { projectId: wish.projectId, isOurs: file.header.store === store });
    const arrivals: Arrival[] = [];
    for (const { line, entry: said } of file.entries) {
      const clean = { ...said, text: keeper.keep(said.text).trim() };
      if (clean.text === '') return emptyText(file.name, line);
      const taken = takeEntry(keeper, wish, clean, matcher);
      arrivals.push({ said: clean, id: taken.id, isNew: taken.action === 'added' });
      entries.push({ file: file.name, line, ...taken });
    }
    tieTogether(keeper, arrivals);
  }
  const count = (action: ImportAction): number => entries.filter(entry => entry.action === action).length;
  return ok({
    added: count('added'),
    edited: count('edited'),
    unchanged: count('unchanged'),
    left: count('left'),
    dry_run: wish.dry_run,
    entries,
  });
}

type Taken = Pick<ImportedEntry, 'action' | 'id' | 'because'>;

function takeEntry(keeper: Keeper, wish: ImportWish, said: Portable, matcher: Matcher): Taken {
  const own = matcher.byId(said);
  if (own !== null) return takeOwn(keeper, wish, said, own);
  const known = matcher.byText(said);
  if (known !== null) return { action: 'unchanged', id: known.id, because: '' };
  const { id } = add(keeper, wish, said);
  matcher.added(id);
  return { action: 'added', id, because: '' };
}

/** An entry of this very database comes back. */
function takeOwn(keeper: Keeper, wish: ImportWish, said: Portable, own: Entry): Taken {
  const { id } = own;
  const left = (because: string): Taken => ({ action: 'left', id, because });
  if (own.status === 'forgotten') return left('it was forgotten here');
  const hash = hashOf(said.text);
  if (isSameText(own, said)) return { action: 'unchanged', id, because: '' };
  if (said.hash === hash) return left('its text was edited here since the export');
  if (said.hash !== own.text_sha256) return left('its text was edited both here and in the file');
  const edited = editEntry(keeper, { id, text: said.text, projectId: wish.projectId, agent: wish.agent });
  return edited.ok ? { action: 'edited', id, because: '' } : left(edited.error.message);
}

/** An editor may have written other line ends. */
const isSameText = ({ text }: Entry, said: Portable): boolean =>
  text === said.text || text.replaceAll('\r\n', '\n') === said.text.replaceAll('\r\n', '\n');

/** A file is trusted as far as it says when a person reads it in. */
const vouched = (entry: NewEntry, { agent }: ImportWish): NewEntry =>
  agent !== PERSON && entry.trust === 'person' ? { ...entry, trust: 'agent' } : entry;

/** The indexes have 31 bits for an id, and those of new entries follow the highest there is. */
const HIGHEST = 1_000_000_000;

/** A live one takes its place among the statements that are here; others come as they were. */
function add(keeper: Keeper, wish: ImportWish, said: Portable): Pick<Stored, 'id'> {
  const entry = vouched(entryOf(keeper, wish, said), wish);
  const isFree = said.id !== null && said.id <= HIGHEST && keeper.entry(said.id) === undefined;
  const id = isFree && said.id !== null ? said.id : undefined;
  if (said.status === 'live') return addEntry(keeper, entry, null, id);
  return keeper.insert(entry, id);
}

const emptyText = (name: string, line: number): Result<never> =>
  fail(
    'input.invalid',
    `The entry on line ${line} of ${name} has no text. Nothing was changed.`,
    'Give it a text, or take the whole entry out of the file. To take it out of memory: llmclis memory forget ID',
    { line },
  );

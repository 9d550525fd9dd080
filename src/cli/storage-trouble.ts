import { type Failure, failure } from '../core/failure.ts';

/** What SQLite says when it is the disk or the file, and no mistake of this program; by the beginning of its code. */
const TROUBLES: readonly (readonly [code: string, message: string, hint: string])[] = [
  ['SQLITE_CORRUPT', 'The database is damaged.', 'Look at it: llmclis km doctor — then: llmclis restore FILE'],
  ['SQLITE_NOTADB', 'The database file holds something else.', 'Bring a backup back: llmclis restore FILE'],
  ['SQLITE_FULL', 'The disk is full. The change was not made; nothing else is lost.', 'Make room, then run it again.'],
  [
    'SQLITE_READONLY',
    'The database cannot be written.',
    'Make LLMCLIS_HOME and its files writable, or name another one.',
  ],
  [
    'SQLITE_IOERR',
    'The disk failed while the database was read or written.',
    'Check the disk, then: llmclis km doctor',
  ],
  ['SQLITE_CANTOPEN', 'The database cannot be opened.', 'Check that LLMCLIS_HOME can be written, or name another one.'],
];

/** The expected failure behind an error of the database, or null when it is none. */
export function storageTrouble(problem: unknown): Failure | null {
  if (!(problem instanceof Error && 'code' in problem && typeof problem.code === 'string')) return null;
  const { code, message } = problem;
  const known = TROUBLES.find(([begin]) => code.startsWith(begin));
  return known === undefined ? null : failure('database.unusable', `${known[1]} (${message})`, known[2]);
}

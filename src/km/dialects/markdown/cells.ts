import { boxStatus, type ItemStatus, readStatus } from './status.ts';
import { isNothing } from './values.ts';

/** What a cell of a status column says: a word, a sign, a box, or a tick; an empty one is open, null says nothing known. */
export function statusOfCell(cell: string | undefined): ItemStatus | null {
  if (cell === undefined) return 'open';
  const text = cell.replace(/[*`_]/g, '').trim();
  const mark = /^\\?\[(.?)\\?\]$/u.exec(text)?.[1];
  if (mark !== undefined) return boxStatus(mark);
  if (isNothing(text)) return 'open';
  if (/^(?:x|y|yes|true)$/i.test(text)) return 'done';
  if (/^(?:n|false)$/i.test(text)) return 'open';
  return readStatus(text.replace(/_/g, ' '));
}

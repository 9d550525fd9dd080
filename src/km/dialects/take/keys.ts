import { createHash } from 'node:crypto';
import { isWritable, isWritableStage } from '../../plan/add.ts';
import { checkKey } from '../../tasks/fields.ts';
import type { TidyItem } from './tidy.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const LENGTH = 6;
/** Longer ones are no keys anyway. */
const LONGEST = 200;

/** The key that people call an item by, as a plan can have it; null where the source has none or a plan could not say it. */
export function ownKey({ item, said }: TidyItem): string | null {
  if (said.key === null || said.key.length > LONGEST) return null;
  if (said.kind === 'stage') return isWritableStage(said.key) ? said.key : null;
  const plain = said.key
    .trim()
    .replace(/^#+/, '')
    .replace(/[\s.:)]+$/, '')
    .replaceAll(/\s+/g, '-');
  // A number alone is no name: 3.1 is T3.1.
  const key = /^\d+(?:\.\d+)*[a-z]?$/i.test(plain) ? `T${plain}` : plain;
  return checkKey(key).ok && isWritable(key, said.title || item.title) ? key : null;
}

/** A key made of what the item is called in its source: the same on every machine. `isFree` says which one can be had. */
export function hashKey(dialect: string, id: string, isFree: (key: string) => boolean): string {
  const bytes = createHash('sha256').update(`${dialect}\0${id}`).digest();
  const characters = [...bytes].map((byte, at) => ALPHABET[at === 0 ? byte % 10 : byte % ALPHABET.length]).join('');
  for (let length = LENGTH; length <= characters.length; length += 1) {
    const key = `T-${characters.slice(0, length)}`;
    if (isFree(key)) return key;
  }
  return hashKey(dialect, `${id}\0`, isFree);
}

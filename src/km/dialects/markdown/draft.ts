import type { ImportedItem } from '../dialect.ts';

type Rest = Omit<
  ImportedItem,
  'external_id' | 'key' | 'parent' | 'depends_on' | 'related' | 'line' | 'kind' | 'title' | 'status'
>;

/** A text that names tasks, and the index of its line. */
export type Said = { readonly text: string; readonly line: number };

/** An item while it is read: parents and dependencies are not yet bound to ids. */
export type Draft = {
  readonly kind: 'stage' | 'task';
  readonly key: string | null;
  title: string;
  status: ImportedItem['status'];
  readonly parent: Draft | null;
  /** Index of its line. */
  readonly line: number;
  /** What its id is made of where the text does not name one; the title where this is left out. */
  readonly slug?: string;
  /** False when its slug is an id of its own, whatever it stands in. */
  readonly placed?: boolean;
  /** Texts that name what it waits for, what waits for it, and what it is like. */
  readonly needs: Said[];
  readonly blocks: Said[];
  readonly similar: Said[];
  /** A field names its status, so that its steps need not tell it. */
  told?: boolean;
  /** What its text calls it, such as `story` or `step`. */
  readonly noun?: string;
  readonly rest: { -readonly [K in keyof Rest]: Rest[K] };
};

export const newDraft = (
  fields: Pick<Draft, 'kind' | 'key' | 'title' | 'status' | 'parent' | 'line'> & Partial<Draft>,
): Draft => ({ needs: [], blocks: [], similar: [], rest: {}, ...fields });

/** What remains of a title for comparing: no marks, no case, no note in brackets at the end. */
export function slugOf(title: string): string {
  let plain = title.toLowerCase().replace(/\s+/g, ' ').trim();
  for (let noted = true; noted; ) {
    const shorter = plain.replace(/[([][^()[\]]*[)\]]$/, '').trim();
    noted = shorter !== plain && shorter !== '';
    if (noted) plain = shorter;
  }
  plain = plain.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return plain === '' ? title.trim().toLowerCase() : plain;
}

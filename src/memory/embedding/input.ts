import { ok, type Result } from '../../core/failure.ts';
import { hashOf } from '../record/keeper.ts';
import type { Embedder } from './embedder.ts';
import { cutIntoPieces } from './pieces.ts';

export type EntryText = { readonly text: string; readonly agent: string; readonly created_at: string };
/** A piece of an entry as the model sees it, without the prefix of the model. */
export type Piece = { readonly text: string; readonly sha256: string };

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
/** A longer name would crowd out the text. */
const NAME_CHARACTERS = 80;
/** The words in front may take so much of a piece. */
const FRONT_SHARE = 0.25;

/** `2023-05-08T13:56:00Z` as people write it: 8 May 2023. */
function dateOf(created_at: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(created_at) ?? [];
  const name = MONTHS[Number(month) - 1];
  return name === undefined || day === undefined ? '' : `(${Number(day)} ${name} ${year}) `;
}

/** `(8 May 2023) Melanie: `: when and by whom is part of what a text says. */
export const frontOf = ({ agent, created_at }: Omit<EntryText, 'text'>): string =>
  `${dateOf(created_at)}${agent.slice(0, NAME_CHARACTERS)}: `;

const pieceOf = (text: string): Piece => ({ text, sha256: hashOf(text) });

/** The entry as one piece, however long it is. */
export const wholePiece = (entry: EntryText): Piece => pieceOf(frontOf(entry) + entry.text);

/** Pieces of an entry that the model takes whole; each has the date and the speaker in front. */
export async function piecesOf(entry: EntryText, embedder: Embedder): Promise<Result<readonly Piece[]>> {
  const { max_tokens, text_prefix } = embedder.model;
  const counted = (text: string) => embedder.tokens(text_prefix + text);
  const alone = await counted(frontOf(entry));
  if (!alone.ok) return alone;
  const front = alone.value <= max_tokens * FRONT_SHARE ? frontOf(entry) : '';
  const spans = await cutIntoPieces(entry.text, { max_tokens, count: text => counted(front + text) });
  if (!spans.ok) return spans;
  return ok(spans.value.map(({ start, end }) => pieceOf(front + entry.text.slice(start, end))));
}

import type { ListItem } from './items.ts';

const LABEL = /^[\p{L}][\p{L} ]{0,30}:[ \t]+/u;
const URL = /^[a-z][a-z\d+.-]*:\/\/\S+$/i;
const PLACE = /^(?:mailto:\S+|#\S+|\S*\/\S*|\S+\.[a-z\d]{2,6}(?:#\S*)?)$/i;
/** A code span, a markdown link (its address may hold one pair of brackets), an address in angle brackets, or a word. */
const PART =
  /(?<!`)(`+)(?!`)(?<span>.*?)(?<!`)\1(?!`)|!?\[[^\]]*\]\(\s*<?(?<target>[^()<>\s]+(?:\([^()\s]*\)[^()<>\s]*)*)[^)]*\)|<(?<bare>[^<>\s]+)>|(?<word>[^\s,;]+)/g;

type Part = { readonly kind: 'span' | 'target' | 'word'; readonly text: string };

function partsOf(text: string): readonly Part[] {
  return [...text.matchAll(PART)].map(({ groups }): Part => {
    const { span, target, bare, word = '' } = groups ?? {};
    if (span !== undefined) return { kind: 'span', text: unpadded(span) };
    const address = target ?? bare;
    return address === undefined ? { kind: 'word', text: word } : { kind: 'target', text: address };
  });
}

/** One blank on each side of a code span's text is there for its backticks. */
const unpadded = (span: string): string =>
  span.startsWith(' ') && span.endsWith(' ') && span.trim() !== '' ? span.slice(1, -1) : span;

const isPlace = (text: string): boolean => URL.test(text) || PLACE.test(text);

/**
 * The places that a line of links names: code spans, markdown links and words. Among other words only what is clearly an
 * address counts; a line that names no place is a link as a whole. `Research:` and the like before them are a label.
 */
export function linksOf(item: Pick<ListItem, 'text'>): readonly string[] {
  const text = item.text.replace(/\s+/g, ' ').replace(LABEL, '').trim();
  const parts = partsOf(text).filter(part => part.text !== '' && part.text !== 'and');
  if (parts.length > 0 && parts.every(part => part.kind === 'span')) return parts.map(part => part.text);
  const plain = parts.filter(part => part.kind === 'word').every(part => isPlace(part.text));
  const named = parts.filter(
    part => part.kind === 'target' || (part.kind === 'span' || plain ? isPlace(part.text) : URL.test(part.text)),
  );
  if (named.length > 0) return named.map(part => (plain ? part.text : part.text.replace(/[.:!?]+$/, '')));
  return text === '' ? [] : [text];
}

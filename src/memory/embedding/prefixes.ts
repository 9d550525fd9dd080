/** What a model wants in front of texts and queries. */
export type Prefixes = { readonly text_prefix: string; readonly query_prefix: string };

/** Families that were trained with words in front; their folders and servers seldom say so. */
const FAMILIES: readonly (readonly [RegExp, Prefixes])[] = [
  [/\be5-/, { text_prefix: 'passage: ', query_prefix: 'query: ' }],
  [/\bnomic-embed/, { text_prefix: 'search_document: ', query_prefix: 'search_query: ' }],
  [
    /\bbge-(?:small|base|large)-en|\bmxbai-embed|\bsnowflake-arctic-embed/,
    { text_prefix: '', query_prefix: 'Represent this sentence for searching relevant passages: ' },
  ],
];

const textAt = (prompts: unknown, keys: readonly string[]): string | undefined => {
  if (typeof prompts !== 'object' || prompts === null) return undefined;
  const found = Object.entries(prompts).find(([key, value]) => keys.includes(key) && typeof value === 'string');
  return found === undefined ? undefined : String(found[1]);
};

/** Prefixes that the model's folder names (`prompts`), else those of its family, else none. */
export function prefixesOf(name: string, prompts?: unknown): Prefixes {
  const family = FAMILIES.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
  const text = textAt(prompts, ['document', 'passage', 'text', 'corpus']);
  const query = textAt(prompts, ['query']);
  return {
    text_prefix: text ?? family?.text_prefix ?? '',
    query_prefix: query ?? family?.query_prefix ?? '',
  };
}

const CODE_PAGES = ['windows-1252', 'macintosh'] as const;

/** For each code page the byte that a character came from. */
const readPages = (): readonly ReadonlyMap<string, number>[] =>
  CODE_PAGES.map(page => {
    const decoder = new TextDecoder(page);
    return new Map(Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]));
  });

/**
 * Undoes a decoding with the wrong code page, in which each emoji became two to four letters. A run of characters that
 * is not such a mistake stays as it is.
 */
export function repairText(text: string): string {
  if (!/[\u00C2-\u00F4\u201A\u02C6\u2030]/.test(text)) return text;
  const pages = readPages();
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  return text.replace(/[^\0-\x7F]{2,}/g, run => {
    for (const page of pages) {
      const bytes = Array.from(run, character => page.get(character));
      if (!bytes.every(byte => byte !== undefined)) continue;
      try {
        return utf8.decode(Uint8Array.from(bytes));
      } catch {
        // Not this page.
      }
    }
    return run;
  });
}

/** A call that ends the process well, or may: by language. A literal other than 0 ends it badly and hides nothing. */
const EXITS =
  /\b(?:process\s*\.\s*(?:exit|reallyExit|kill|abort)|Deno\s*\.\s*exit|os\s*\.\s*_exit|os\s*\.\s*Exit|sys\s*\.\s*exit|(?:std::)?process::exit|(?<![\w.])(?:exit|quit|_exit))\s*\((?!\s*[1-9]\d*\s*\))(?:[^()\n]|\([^()\n]*\))*\)|\braise\s+SystemExit\b(?:\s*\([^()\n]*\))?|\bprocess\s*\.\s*exitCode\s*=\s*0\b/g;
/** Events whose handlers swallow what would end it badly. */
const SWALLOWED = /(['"`])(?:uncaughtException\w*|unhandledRejection)\1/g;

/** Such calls in a text that its old version does not have. */
export function exitsIn(text: string, before: string | null): readonly string[] {
  const all = (from: string): readonly string[] => [...(from.match(EXITS) ?? []), ...(from.match(SWALLOWED) ?? [])];
  return all(text).slice(all(before ?? '').length);
}

/** The text with those calls made harmless. */
export const withoutExits = (text: string): string => text.replace(EXITS, '(0)').replace(SWALLOWED, '$1never$1');

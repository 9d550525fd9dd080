import type { Unrecognised } from '../dialect.ts';
import { clip } from './fields.ts';
import { type Json, readJson } from './json.ts';

export type Records = { readonly records: readonly Json[]; readonly unrecognised: readonly Unrecognised[] };

/** The objects of a JSON list, or of a text with one object on each line (a comma behind it, brackets around all). */
export function readRecords(text: string): Records {
  const whole = readJson(text);
  if (whole.ok) return { records: Array.isArray(whole.json.value) ? whole.json.value : [whole.json], unrecognised: [] };
  const records: Json[] = [];
  const unrecognised: Unrecognised[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const object = line
      .trim()
      .replace(/^\[(?=\s*\{)/, '')
      .replace(/\}\s*[,\]]+$/, '}');
    if (/^[[\],\s]*$/.test(object)) continue;
    const read = readJson(object, index + 1);
    if (read.ok) records.push(read.json);
    else unrecognised.push({ line: index + 1, text: clip(line) });
  }
  return { records, unrecognised };
}

/** Enough of a text to see what its records look like, at whole lines. */
export function sampleRecords(text: string): readonly Json[] {
  if (!/^[\uFEFF\s]*[[{]/.test(text.slice(0, 1000))) return [];
  const { records } = readRecords(text);
  return records.slice(0, 50);
}

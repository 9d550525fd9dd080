import leven from 'leven';
import { keysOf } from './fold.ts';

const looser = (line: string): string => keysOf(line, true).trim();

const shown = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** A sentence about the line of a text that comes nearest to the first one of `old`; '' when none is near. */
export function nearestLine(plain: string, old: string): string {
  const first = old.split('\n').find(line => line.trim() !== '') ?? old;
  const wanted = looser(first);
  const lines = plain.split('\n').map(line => line.slice(0, 1000));
  const exact = lines.findIndex(line => looser(line) === wanted);
  const near = exact >= 0 ? exact : mostAlike(lines, wanted);
  const line = lines[near];
  if (line === undefined) return '';
  const differ = exact >= 0 && line !== first ? ' (white space or quotes differ)' : '';
  const rest = exact >= 0 && line === first && old.includes('\n') ? ' The lines after it differ.' : '';
  return ` The nearest line is ${near + 1}: ${shown(line)}; you gave ${shown(first)}${differ}.${rest}`;
}

function mostAlike(lines: readonly string[], wanted: string): number {
  const clip = wanted.slice(0, 200);
  let best = -1;
  let least = Math.max(3, Math.floor(clip.length * 0.5));
  for (const [index, line] of lines.slice(0, 5000).entries()) {
    const candidate = looser(line).slice(0, 200);
    if (candidate === '' || Math.abs(candidate.length - clip.length) >= least) continue;
    const distance = leven(candidate, clip);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

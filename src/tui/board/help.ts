import { wrap } from '../text.ts';
import type { Line, Tone } from '../theme.tsx';
import { boardKeys } from './keys.ts';

const line = (text: string, tone: Tone = 'plain'): Line => ({ text, tone });

const FILTER_HELP = [
  'The filter is the language of llmclis task list: words look through the texts, field:value through the fields,',
  '-word leaves out. For example: status:blocked · tag:api,cli · priority:<2 · is:ready · under:S1 · has:checks ·',
  '"retry policy". While you type, ↑ and ↓ move, ctrl+w erases a word, ctrl+u the line.',
].join(' ');

/** All keys, and what the marks of the list mean. */
export const helpLines = (width: number): readonly Line[] => [
  line('Keys', 'strong'),
  ...boardKeys.map(key => line(`${key.shown.padEnd(7)}${key.help}`)),
  line(''),
  line('Filter', 'strong'),
  ...wrap(FILTER_HELP, width).map(text => line(text)),
  line(''),
  line('Marks', 'strong'),
  ...wrap(
    '▶ next task · ● worked on by the run · ▾ open, ▸ folded · 2/5 children done · @NAME holds the claim',
    width,
  ).map(text => line(text)),
];

/** What a project without tasks shows. */
export const emptyLines = (width: number): readonly Line[] => [
  line(''),
  line('No tasks yet.', 'strong'),
  ...wrap('Write some into plans.md, or add the first one here and now:', width).map(text => line(text)),
  line('  llmclis task add "My first task"', 'active'),
  ...wrap('Then r works on it. A plan you have already: llmclis plan import FILE', width).map(text => line(text)),
];

/** What a filter that lets nothing through shows. */
export const nothingLines = (width: number): readonly Line[] =>
  ['No task passes the filter.', 'esc shows them all; / changes it.'].flatMap(text =>
    wrap(text, width).map(one => line(one)),
  );

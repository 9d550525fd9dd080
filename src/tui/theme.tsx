import { Box, Text, type TextProps } from 'ink';
import { createContext, createElement, use } from 'react';
import type { Mood } from '../core/run-story.ts';
import type { TaskStatus } from '../core/task.ts';
import { cut } from './text.ts';

export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'bad' | 'attention' | 'active';
/** One line of a pane: text without escape sequences, and how it is meant. */
export type Line = { readonly text: string; readonly tone: Tone };

/** Whether colours may be used; weight and inversion are no colours. */
export const Colours = createContext(true);

const LOOKS: Readonly<Record<Tone, { readonly plain: TextProps; readonly coloured: TextProps }>> = {
  plain: { plain: {}, coloured: {} },
  dim: { plain: { dimColor: true }, coloured: { dimColor: true } },
  strong: { plain: { bold: true }, coloured: { bold: true } },
  good: { plain: {}, coloured: { color: 'green' } },
  bad: { plain: { bold: true }, coloured: { color: 'red' } },
  attention: { plain: {}, coloured: { color: 'yellow' } },
  active: { plain: { bold: true }, coloured: { color: 'cyan' } },
};
export const look = (tone: Tone, coloured: boolean): TextProps => LOOKS[tone][coloured ? 'coloured' : 'plain'];

const STATUS_TONES: Readonly<Record<TaskStatus, Tone>> = {
  pending: 'plain',
  'in-progress': 'active',
  done: 'good',
  blocked: 'bad',
  cancelled: 'dim',
};
export const statusTone = (status: TaskStatus): Tone => STATUS_TONES[status];

const MOOD_TONES: Readonly<Record<Mood, Tone>> = {
  title: 'strong',
  good: 'good',
  bad: 'bad',
  attention: 'attention',
  quiet: 'dim',
  plain: 'plain',
};
export const moodTone = (mood: Mood): Tone => MOOD_TONES[mood];

/** One line, cut to `width` columns. */
export function LineText({ line, width }: { readonly line: Line; readonly width: number }) {
  return (
    <Text wrap="truncate" {...look(line.tone, use(Colours))}>
      {cut(line.text, width) || ' '}
    </Text>
  );
}

/** Lines one below the other, filled with empty ones to `height` when it is given. */
export function LinesBox({
  lines,
  width,
  height,
}: {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly height?: number;
}) {
  // Spread children keep their place instead of a key: scrolling changes texts and mounts nothing.
  const shown = lines.slice(0, height).map(line => createElement(LineText, { line, width }));
  return createElement(
    Box,
    { flexDirection: 'column', width, flexShrink: 0, ...(height === undefined ? {} : { height }) },
    ...shown,
  );
}

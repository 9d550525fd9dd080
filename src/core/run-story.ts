import type { EventType, RunEvent } from './event.ts';
import { sentence } from './sentence.ts';

export type Mood = 'good' | 'bad' | 'attention' | 'plain';
export type StoryLine = {
  readonly seq: number;
  readonly at: string;
  readonly mood: Mood;
  readonly text: string;
};

const MOODS: Partial<Record<EventType, Mood>> = {
  'task.done': 'good',
  'task.blocked': 'bad',
  'claim.refused': 'attention',
  escalated: 'attention',
  'question.asked': 'attention',
  'model.failed': 'attention',
};

/** A red check on the base is what is hoped for, so only checks on the work are good or bad news. */
function moodOf(event: RunEvent): Mood {
  if (event.type !== 'check.ended' || event.on === 'base') return MOODS[event.type] ?? 'plain';
  return event.exit === 0 ? 'good' : 'bad';
}

/** The event as a line of the story, or null when it is not worth one. */
export function storyLine(event: RunEvent): StoryLine | null {
  const text = sentence(event);
  return text === null ? null : { seq: event.seq, at: event.at, mood: moodOf(event), text };
}

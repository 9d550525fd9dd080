import type { EventType, RunEvent } from './event.ts';
import { sentence } from './sentence.ts';

/** `title` begins a task; `quiet` is for those who want to know everything. */
export type Mood = 'title' | 'good' | 'bad' | 'attention' | 'quiet' | 'plain';
export type StoryLine = {
  readonly seq: number;
  readonly at: string;
  readonly mood: Mood;
  readonly text: string;
};

const MOODS: Partial<Record<EventType, Mood>> = {
  'task.claimed': 'title',
  'run.finished': 'title',
  'tool.started': 'quiet',
  'tool.ended': 'quiet',
  'brief.written': 'quiet',
  'memory.stored': 'quiet',
  'summary.written': 'quiet',
  'plan.updated': 'quiet',
  'task.done': 'good',
  'task.blocked': 'bad',
  'claim.refused': 'attention',
  escalated: 'attention',
  'question.asked': 'attention',
  'model.failed': 'attention',
  'test.weak': 'attention',
  'proof.certified': 'good',
};

/**
 * A red check on the base is what is hoped for, and a project's own check may stay red beside a task's: only a task's check on the
 * work is good or bad news.
 */
function moodOf(event: RunEvent): Mood {
  if (event.type !== 'check.ended') return MOODS[event.type] ?? 'plain';
  if (event.on === 'base') return 'quiet';
  if (event.exit === 0) return 'good';
  return event.of === 'task' ? 'bad' : 'quiet';
}

/** The event as a line of the story, or null when it is not worth one. */
export function storyLine(event: RunEvent): StoryLine | null {
  const text = sentence(event);
  return text === null ? null : { seq: event.seq, at: event.at, mood: moodOf(event), text };
}

import type { MemoryType } from '../memory.ts';

/** What a kind of text is worth beside raw talk: statements are made to be found again. */
const TYPE_WEIGHTS: Readonly<Record<MemoryType, number>> = {
  decision: 1.25,
  lesson: 1.25,
  fact: 1.25,
  design_doc: 1.15,
  note: 1.15,
  project_summary: 1.1,
  task_summary: 1.1,
  subtask_summary: 1.1,
  handoff_summary: 1.1,
  code_snippet: 1.1,
  raw_interaction: 1,
  tool_result: 0.9,
};

/** What a role needs more than others. */
const ROLE_TYPES: Readonly<Record<string, readonly MemoryType[]>> = {
  manager: ['decision', 'task_summary', 'project_summary', 'handoff_summary'],
  coder: ['lesson', 'decision', 'code_snippet', 'design_doc'],
  tester: ['lesson', 'fact', 'tool_result'],
  researcher: ['fact', 'note', 'design_doc'],
  writer: ['decision', 'design_doc', 'project_summary'],
};
const ROLE_WEIGHT = 1.1;
const PINNED_WEIGHT = 1.2;

/** By how much an entry of this kind is worth more, or less, than a turn of talk: 0.25 is a quarter more. */
export function worth(type: MemoryType, role: string | undefined, pinned: boolean): number {
  const wanted = role !== undefined && Object.hasOwn(ROLE_TYPES, role) && ROLE_TYPES[role]?.includes(type);
  return TYPE_WEIGHTS[type] * (wanted ? ROLE_WEIGHT : 1) * (pinned ? PINNED_WEIGHT : 1) - 1;
}

/** Kinds that share one part of an answer, so that none of them fills it. */
const FAMILIES = {
  summaries: ['project_summary', 'task_summary', 'subtask_summary', 'handoff_summary'],
  raw: ['raw_interaction', 'tool_result'],
  documents: ['design_doc', 'code_snippet'],
} as const satisfies Readonly<Record<string, readonly MemoryType[]>>;
const SHARES = { summaries: 0.4, raw: 0.6, documents: 0.6 };

type Family = keyof typeof FAMILIES;
const FAMILY_OF: ReadonlyMap<MemoryType, Family> = new Map(
  (['summaries', 'raw', 'documents'] as const).flatMap(family => FAMILIES[family].map(type => [type, family] as const)),
);

export const familyOf = (type: MemoryType): Family | null => FAMILY_OF.get(type) ?? null;

/** Most hits of a family among so many, where others that fit are there. */
export const quotaOf = (family: Family, topK: number): number => Math.max(1, Math.ceil(SHARES[family] * topK));

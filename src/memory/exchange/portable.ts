import * as z from 'zod';
import { LINK_KINDS, MEMORY_SCOPES, MEMORY_TYPES, TRUSTS } from '../memory.ts';
import { MEMORY_ACTIONS } from '../record/entry.ts';

/** The number of the format of both kinds of files. */
export const EXCHANGE_FORMAT = 1;

/** The first thing in a file: its format, and the database and project it was written from. */
export const headerSchema = z.object({
  llmclis_memory: z.number(),
  store: z.string().default(''),
  project_id: z.number().nullable().default(null),
});
export type ExchangeHeader = z.infer<typeof headerSchema>;

const text = z.string();
const optional = text.nullable().default(null);

/** An entry as a file holds it. Only its text is required, so that people can write one by hand. */
export const portableSchema = z.object({
  id: z.number().int().positive().nullable().default(null),
  /** Hash of the text when it was written: another one means that somebody edited the text since. */
  hash: text.default(''),
  type: z.enum(MEMORY_TYPES).default('note'),
  scope: z.enum(MEMORY_SCOPES).nullable().default(null),
  task: optional,
  text,
  agent: text.default('person'),
  model: optional,
  source: optional,
  session: optional,
  run_id: optional,
  step: z.number().nullable().default(null),
  file: optional,
  lines: optional,
  slot: optional,
  created_at: optional,
  updated_at: optional,
  valid_from: optional,
  valid_to: optional,
  superseded_by: z.number().nullable().default(null),
  trust: z.enum(TRUSTS).nullable().default(null),
  seen: z.number().int().positive().default(1),
  pinned: z.boolean().default(false),
  status: z.enum(['live', 'superseded', 'wrong']).default('live'),
  links: z.array(z.object({ kind: z.enum(LINK_KINDS), to: z.number() })).default([]),
  versions: z.array(z.object({ replaced_at: text, text })).default([]),
  history: z
    .array(
      z.object({
        at: text,
        agent: text,
        action: z.enum(MEMORY_ACTIONS),
        because: text.default(''),
        other_id: z.number().nullable().default(null),
      }),
    )
    .default([]),
});
export type Portable = z.infer<typeof portableSchema>;

/** One file that was read, its entries with the lines they stand on. */
export type ExchangeFile = {
  readonly name: string;
  readonly header: ExchangeHeader;
  readonly entries: readonly { readonly line: number; readonly entry: Portable }[];
};

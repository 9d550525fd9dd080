import * as z from 'zod';
import type { Certificate } from '../core/proof.ts';
import { PROOFS } from '../core/task.ts';

const objectId = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'must be a whole object id of git');
const count = z.number().int().min(0).nullable();
const texts = z.array(z.string());

const run = z.strictObject({ exit: z.number().int(), passed: count, failed: count, skipped: count });

const check = z.strictObject({
  command: z.string().min(1),
  of: z.enum(['task', 'verify']),
  base: run,
  work: run,
  fail_to_pass: texts,
  pass_to_pass: texts,
  proves: z.boolean(),
  flaky: z.boolean(),
});

const mutant = z.strictObject({
  path: z.string(),
  line: z.number().int().min(1),
  operator: z.string(),
  before: z.string(),
  after: z.string(),
});

const mutants = z.strictObject({
  tree: objectId,
  tried: z.number().int().min(0),
  killed: z.number().int().min(0),
  survived: z.array(mutant),
  commands: texts,
});

/** What a certificate may hold; the order of the fields is the order in which they are written. */
export const CERTIFICATE = z.strictObject({
  version: z.literal(1),
  task: z.strictObject({ key: z.string(), title: z.string() }),
  run_id: z.string(),
  made_at: z.iso.datetime(),
  proof: z.enum(PROOFS),
  commit: objectId,
  base: objectId,
  base_tree: objectId,
  work_tree: objectId,
  tests: texts,
  setup: texts,
  checks: z.array(check),
  stayed_green: texts,
  mutants: mutants.nullable(),
  tools: z.record(z.string(), z.string()),
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
}) satisfies z.ZodType<Certificate>;

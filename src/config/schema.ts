import * as z from 'zod';
import { MERGE_MODES, ROUTING_MODES } from '../core/event.ts';

const text = z.string().trim().min(1);
/** One value or a list of them. */
const oneOrMore = z.union([text.transform(value => [value]), z.array(text)]);

/** Inside the project, forward slashes, no way out. */
const relativePath = text.refine(
  path => !/^(?:[\\/~]|[a-z]:)/i.test(path) && !path.split(/[\\/]/).includes('..'),
  'must be a path inside the project',
);
const relativePaths = z.union([relativePath.transform(value => [value]), z.array(relativePath)]);

/** What each setting may be, by name; the same for a flag, the environment and both files. */
export const SETTING_SCHEMAS = {
  verify: oneOrMore,
  setup: oneOrMore,
  link: z.union([relativePaths, z.null()]),
  protect: oneOrMore,
  merge: z.enum(MERGE_MODES),
  mode: z.enum(ROUTING_MODES),
  budget_usd: z.union([z.number().finite().min(0), z.null()]),
  plans: relativePaths.refine(paths => paths.length > 0, 'needs at least one file'),
  commit_plan: z.boolean(),
  sandbox: z.enum(['bubblewrap', 'none']),
  check_timeout_s: z.number().int().min(1).max(86_400),
} as const;

export type SettingName = keyof typeof SETTING_SCHEMAS;
export const SETTING_NAMES = [
  'verify',
  'setup',
  'link',
  'protect',
  'merge',
  'mode',
  'budget_usd',
  'plans',
  'commit_plan',
  'sandbox',
  'check_timeout_s',
] as const satisfies readonly SettingName[];

/** What a person is told a setting may be. */
export const SETTING_MAY_BE: Readonly<Record<SettingName, string>> = {
  verify: 'a command or a list of commands',
  setup: 'a command or a list of commands',
  link: 'a list of folders inside the project',
  protect: 'a glob or a list of globs',
  merge: `one of ${MERGE_MODES.join(', ')}`,
  mode: `one of ${ROUTING_MODES.join(', ')}`,
  budget_usd: 'a number of US dollars, 0 or more',
  plans: 'a file, a glob or a list of them inside the project',
  commit_plan: 'true or false',
  sandbox: 'bubblewrap or none',
  check_timeout_s: 'a whole number of seconds from 1 to 86400',
};

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTING_SCHEMAS, name);

import * as z from 'zod';
import { checkText } from '../core/check-text.ts';
import { MERGE_MODES, ROUTING_MODES } from '../core/event.ts';
import { readPermission } from '../core/permission.ts';
import { REFERENCE_FORMS, readReference } from '../core/secret-reference.ts';
import { EMBEDDERS } from '../core/settings.ts';
import { ROLES } from '../core/task.ts';

const text = z.string().trim().min(1);
/** One value or a list of them. */
const oneOrMore = z.union([text.transform(value => [value]), z.array(text)]);

const optionValue = z.union([
  z.string(),
  z.number().transform(String),
  z.boolean().transform(String),
  z.array(z.string()).transform(list => list.join(' ')),
]);
/** `{kind: file, path: a.js}` is the check `@file path=a.js`; `{kind: command, run: npm test}` the command. */
const declaredCheck = z
  .object({ kind: z.string().regex(/^[a-z][a-z-]*$/) })
  .catchall(optionValue)
  .transform(({ kind, ...options }) =>
    kind === 'command' && typeof options.run === 'string' && Object.keys(options).length === 1
      ? options.run
      : checkText(kind, Object.entries(options)),
  );
const check = z.union([text, declaredCheck]);
const checks = z.union([check.transform(value => [value]), z.array(check)]);

/** Inside the project, forward slashes, no way out. */
const relativePath = text.refine(
  path => !/^(?:[\\/~]|[a-z]:)/i.test(path) && !path.split(/[\\/]/).includes('..'),
  'must be a path inside the project',
);
const relativePaths = z.union([relativePath.transform(value => [value]), z.array(relativePath)]);

/** What each setting may be, by name; the same for a flag, the environment and both files. */
export const SETTING_SCHEMAS = {
  verify: checks,
  role_checks: z.partialRecord(z.enum(ROLES), checks),
  setup: oneOrMore,
  link: z.union([relativePaths, z.null()]),
  protect: oneOrMore,
  merge: z.enum(MERGE_MODES),
  mode: z.enum(ROUTING_MODES),
  budget_usd: z.union([z.number().finite().min(0), z.null()]),
  plans: relativePaths.refine(paths => paths.length > 0, 'needs at least one file'),
  commit_plan: z.boolean(),
  sandbox: z.enum(['bubblewrap', 'none']),
  network: oneOrMore.refine(hosts => hosts.every(host => readPermission('network', host).ok)),
  readable: oneOrMore.refine(paths => paths.every(path => readPermission('path', path.replace(/^~(?=\/)/, '')).ok)),
  memory_mb: z.union([z.number().int().min(64).max(16_777_216), z.null()]),
  check_timeout_s: z.number().int().min(1).max(86_400),
  mutants: z.number().int().min(0).max(8),
  embedder: z.enum(EMBEDDERS),
  embedder_model: z.union([text, z.null()]),
  qdrant_url: z.union([text.refine(url => /^https?:\/\/[^\s/@?#]+(?:\/[^\s?#@]*)?$/i.test(url)), z.null()]),
  qdrant_api_key: z.union([text.refine(reference => readReference(reference).ok), z.null()]),
} as const;

export type SettingName = keyof typeof SETTING_SCHEMAS;
export const SETTING_NAMES = [
  'verify',
  'role_checks',
  'setup',
  'link',
  'protect',
  'merge',
  'mode',
  'budget_usd',
  'plans',
  'commit_plan',
  'sandbox',
  'network',
  'readable',
  'memory_mb',
  'check_timeout_s',
  'mutants',
  'embedder',
  'embedder_model',
  'qdrant_url',
  'qdrant_api_key',
] as const satisfies readonly SettingName[];

/** What a person is told a setting may be. */
export const SETTING_MAY_BE: Readonly<Record<SettingName, string>> = {
  verify: 'a check or a list of checks: commands, or maps with a kind',
  role_checks: `a map from a role (${ROLES.join(', ')}) to its checks`,
  setup: 'a command or a list of commands',
  link: 'a list of folders inside the project',
  protect: 'a glob or a list of globs',
  merge: `one of ${MERGE_MODES.join(', ')}`,
  mode: `one of ${ROUTING_MODES.join(', ')}`,
  budget_usd: 'a number of US dollars, 0 or more',
  plans: 'a file, a glob or a list of them inside the project',
  commit_plan: 'true or false',
  sandbox: 'bubblewrap or none',
  network: 'a host or a list of hosts, such as registry.npmjs.org or *.example.com',
  readable: 'a folder or a list of folders, each with its whole path, or from ~/',
  memory_mb: 'a whole number of megabytes, 64 or more',
  check_timeout_s: 'a whole number of seconds from 1 to 86400',
  mutants: 'a whole number from 0 (none) to 8',
  embedder: `one of ${EMBEDDERS.join(', ')}`,
  embedder_model: 'the whole path of a model folder, or the name of an Ollama model',
  qdrant_url: 'the address of a Qdrant server without any key in it, such as http://127.0.0.1:6333',
  qdrant_api_key: `where the key is kept, ${REFERENCE_FORMS}`,
};

/** Settings whose wrong value is never repeated: it may be a key that was put in the wrong place. */
export const HIDDEN_WHEN_WRONG: readonly SettingName[] = ['qdrant_url', 'qdrant_api_key'];

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTING_SCHEMAS, name);

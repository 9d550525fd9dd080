import type { Settings } from '../core/settings.ts';

/** What holds where nobody says otherwise. */
export const DEFAULTS = {
  verify: [],
  role_checks: {},
  setup: [],
  link: null,
  protect: [],
  merge: 'branch',
  mode: 'local-first',
  budget_usd: null,
  plans: ['plans.md'],
  commit_plan: false,
  sandbox: 'bubblewrap',
  network: [],
  readable: [],
  memory_mb: null,
  check_timeout_s: 600,
  mutants: 8,
  embedder: 'off',
  embedder_model: null,
  qdrant_url: null,
  qdrant_api_key: null,
} as const satisfies { readonly [K in keyof Settings]: Settings[K]['value'] };

/** The text of the variable that sets `name`, such as `LLMCLIS_MERGE`; undefined where it is missing or empty. */
export function variable(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): { readonly name: string; readonly text: string } | undefined {
  const variableName = `LLMCLIS_${name.toUpperCase()}`;
  const text = env[variableName];
  return text === undefined || text.trim() === '' ? undefined : { name: variableName, text };
}

/** Does the environment set anything? */
export const isSetIn = (env: Readonly<Record<string, string | undefined>>): boolean =>
  Object.keys(DEFAULTS).some(name => variable(env, name) !== undefined);

import * as z from 'zod';
import { fail, ok, type Result } from '../core/failure.ts';
import type { Setting, SettingOrigin, Settings } from '../core/settings.ts';
import { DEFAULTS, variable } from './defaults.ts';
import {
  HIDDEN_WHEN_WRONG,
  isSettingName,
  SETTING_MAY_BE,
  SETTING_NAMES,
  SETTING_SCHEMAS,
  type SettingName,
} from './schema.ts';
import { type FileSettings, type RawSetting, readSettingsFile, type SettingsFile } from './settings-file.ts';

export type { SettingsFile } from './settings-file.ts';

export type SettingsInput = {
  /** Values of flags that were given. */
  readonly flags: { readonly [K in SettingName]?: Settings[K]['value'] };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly projectFile: SettingsFile | null;
  readonly userFile: SettingsFile | null;
};

const LAYER = z.strictObject(SETTING_SCHEMAS).partial();
type Values = z.output<typeof LAYER>;
type Layer = {
  readonly from: SettingOrigin;
  readonly values: Values;
  readonly where: Partial<Record<SettingName, string>>;
};

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map(part => part.trim())
    .filter(part => part !== '');
const commas = (text: string): readonly string[] => lines(text.replaceAll(',', '\n'));
const numeric = (text: string): unknown =>
  text.trim() === '' ? text : Number.isNaN(Number(text)) ? text : Number(text);
const TRUE = ['1', 'true', 'yes', 'on'];
const FALSE = ['0', 'false', 'no', 'off'];
const same = (text: string): unknown => text.trim();

/** `coder: npm run lint`, one check in a line; a line that names no role is left to be refused. */
const byRole = (text: string): unknown => {
  const checks = new Map<string, string[]>();
  for (const line of lines(text)) {
    const [, role, check] = /^([a-z]+):\s*(.+)$/.exec(line) ?? [];
    if (role === undefined || check === undefined) return text;
    checks.set(role, [...(checks.get(role) ?? []), check]);
  }
  return Object.fromEntries(checks);
};

/** A variable's text as the value a file would hold: commands are parted by line breaks, paths and globs by commas too. */
const FROM_TEXT: Readonly<Record<SettingName, (text: string) => unknown>> = {
  verify: lines,
  role_checks: byRole,
  setup: lines,
  link: text => (text.trim() === 'auto' ? null : text.trim() === 'none' ? [] : commas(text)),
  protect: commas,
  merge: same,
  mode: same,
  budget_usd: text => (text.trim() === 'none' ? null : numeric(text)),
  plans: commas,
  commit_plan: text => {
    const word = text.trim().toLowerCase();
    return TRUE.includes(word) ? true : FALSE.includes(word) ? false : text;
  },
  sandbox: same,
  network: commas,
  readable: commas,
  memory_mb: text => (text.trim() === 'none' ? null : numeric(text)),
  check_timeout_s: numeric,
  mutants: numeric,
  embedder: same,
  embedder_model: same,
  qdrant_url: text => (text.trim() === 'none' ? null : text.trim()),
  qdrant_api_key: same,
};

function fromEnvironment(env: SettingsInput['env']): RawSetting[] {
  return SETTING_NAMES.flatMap(name => {
    const given = variable(env, name);
    return given === undefined ? [] : [{ name, value: FROM_TEXT[name](given.text), where: given.name }];
  });
}

function fromFlags(flags: SettingsInput['flags']): RawSetting[] {
  return Object.entries(flags).flatMap(([name, value]) =>
    isSettingName(name) && value !== undefined
      ? [{ name, value, where: name === 'sandbox' ? '--no-sandbox' : `--${name}` }]
      : [],
  );
}

const lineOf = (problem: string): number => Number(/^.*?:(\d+): /.exec(problem)?.[1] ?? 0);

/** The settings of one place, checked; every wrong key and value is one of the problems, by line. */
function layerOf(
  from: SettingOrigin,
  found: FileSettings,
): { readonly layer: Layer; readonly problems: readonly string[] } {
  const right = found.settings.filter(({ name, value }) => SETTING_SCHEMAS[name].safeParse(value).success);
  const wrong = found.settings
    .filter(setting => !right.includes(setting))
    .map(
      ({ name, value, where }) =>
        `${where}: ${name} must be ${SETTING_MAY_BE[name]}${HIDDEN_WHEN_WRONG.includes(name) ? '' : `, not ${JSON.stringify(value)}`}.`,
    );
  const problems = [...found.problems, ...wrong].sort((a, b) => lineOf(a) - lineOf(b));
  const values = LAYER.parse(Object.fromEntries(right.map(({ name, value }) => [name, value])));
  const where = Object.fromEntries(right.map(setting => [setting.name, setting.where]));
  return { layer: { from, values, where }, problems };
}

/** The first layer that says something wins. */
function settle<K extends SettingName>(
  name: K,
  layers: readonly Layer[],
): Setting<NonNullable<Values[K]> | (typeof DEFAULTS)[K]> {
  for (const { from, values, where } of layers) {
    const value = values[name];
    if (value === undefined) continue;
    const place = where[name];
    // Null is a value of its own for the settings whose default is null.
    const given = value as NonNullable<Values[K]> | (typeof DEFAULTS)[K];
    return place === undefined ? { value: given, from } : { value: given, from, where: place };
  }
  return { value: DEFAULTS[name], from: 'default' };
}

/**
 * All settings with their origins: flag, then environment (`LLMCLIS_VERIFY`, `LLMCLIS_MODE` …), then the project's file,
 * then the user's, then the default. Every wrong key and value of all of them is in the one `settings.invalid`, with its line.
 */
export function loadSettings(input: SettingsInput): Result<Settings> {
  const checked = [
    layerOf('flag', { settings: fromFlags(input.flags), problems: [] }),
    layerOf('environment', { settings: fromEnvironment(input.env), problems: [] }),
    layerOf('project', readSettingsFile(input.projectFile, 'project')),
    layerOf('user', readSettingsFile(input.userFile, 'user')),
  ];
  const problems = checked.flatMap(one => one.problems);
  if (problems.length > 0) return fail('settings.invalid', problems.join('\n'), 'Correct it there, then try again.');
  const layers = checked.map(one => one.layer);
  return ok({
    verify: settle('verify', layers),
    role_checks: settle('role_checks', layers),
    setup: settle('setup', layers),
    link: settle('link', layers),
    protect: settle('protect', layers),
    merge: settle('merge', layers),
    mode: settle('mode', layers),
    budget_usd: settle('budget_usd', layers),
    plans: settle('plans', layers),
    commit_plan: settle('commit_plan', layers),
    sandbox: settle('sandbox', layers),
    network: settle('network', layers),
    readable: settle('readable', layers),
    memory_mb: settle('memory_mb', layers),
    check_timeout_s: settle('check_timeout_s', layers),
    mutants: settle('mutants', layers),
    embedder: settle('embedder', layers),
    embedder_model: settle('embedder_model', layers),
    qdrant_url: settle('qdrant_url', layers),
    qdrant_api_key: settle('qdrant_api_key', layers),
  });
}

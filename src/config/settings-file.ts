import { closestMatch } from 'leven';
import { isMap, isNode, isScalar, LineCounter, type Pair, parseDocument } from 'yaml';
import { isSettingName, SETTING_NAMES, type SettingName } from './schema.ts';

export type SettingsFile = {
  /** As it is shown to people. */
  readonly path: string;
  readonly text: string;
};
/** One value as it was found, before it is checked. */
export type RawSetting = { readonly name: SettingName; readonly value: unknown; readonly where: string };
export type FileSettings = { readonly settings: readonly RawSetting[]; readonly problems: readonly string[] };

/** Nothing but these is null when a file says so; for the others an empty value is one that was not written yet. */
const MAY_BE_NULL: readonly SettingName[] = [
  'link',
  'budget_usd',
  'memory_mb',
  'embedder_model',
  'qdrant_url',
  'qdrant_api_key',
];

/** What a project's file may not set, and why. */
const OWN_ONLY: Readonly<Partial<Record<SettingName, string>>> = {
  sandbox:
    'sandbox cannot be set here: a repository must not switch off its own sandbox. Set it in your own config.yaml, or use --no-sandbox.',
  embedder: 'embedder cannot be set here: all projects share one. Set it by llmclis memory enable.',
  embedder_model: 'embedder_model cannot be set here: all projects share one. Set it by llmclis memory enable.',
  qdrant_url:
    'qdrant_url cannot be set here: a repository must not send your memory to a server. Set it in your own config.yaml.',
  qdrant_api_key: 'qdrant_api_key cannot be set here. Set it in your own config.yaml.',
};

function unknownKey(key: string, allowed: readonly string[]): string {
  const near = closestMatch(key.slice(0, 40), allowed, { maxDistance: Math.max(2, Math.floor(key.length / 3)) });
  const advice = near === undefined ? `known are ${allowed.join(', ')}` : `did you mean ${JSON.stringify(near)}?`;
  return `unknown key ${JSON.stringify(key)} — ${advice}`;
}

/**
 * The settings in the text of a YAML file, each with its line, not checked yet; a file that is no map of settings, or has
 * a key that is none, gives problems. No file gives nothing.
 */
export function readSettingsFile(file: SettingsFile | null, owner: 'project' | 'user'): FileSettings {
  if (file === null) return { settings: [], problems: [] };
  const lineCounter = new LineCounter();
  const document = parseDocument(file.text.replace(/^\uFEFF/, ''), { lineCounter, prettyErrors: false });
  const at = (offset: number): string => `${file.path}:${lineCounter.linePos(offset).line}`;
  if (document.errors.length > 0)
    return {
      settings: [],
      problems: document.errors.map(error => `${at(error.pos[0])}: ${error.message.split('\n')[0] ?? ''}`),
    };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return { settings: [], problems: [] };
  if (!isMap(root))
    return { settings: [], problems: [`${at(0)}: this is no list of settings such as "verify: npm test".`] };
  const allowed = owner === 'user' ? SETTING_NAMES : SETTING_NAMES.filter(name => OWN_ONLY[name] === undefined);
  const settings: RawSetting[] = [];
  const problems: string[] = [];
  for (const pair of root.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const where = at(isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
    if (!isSettingName(key)) problems.push(`${where}: ${unknownKey(key, allowed)}`);
    else if (owner === 'project' && OWN_ONLY[key] !== undefined) problems.push(`${where}: ${OWN_ONLY[key]}`);
    else {
      const value = readValue(pair, document);
      if (!value.ok) problems.push(`${where}: ${value.problem}`);
      else if (value.value !== null || MAY_BE_NULL.includes(key))
        settings.push({ name: key, value: value.value, where });
    }
  }
  return { settings, problems };
}

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

function readValue(pair: Pair, document: ReturnType<typeof parseDocument>): Read {
  if (!isNode(pair.value)) return { ok: true, value: null };
  try {
    return { ok: true, value: pair.value.toJS(document, { maxAliasCount: 100 }) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

import { isDeepStrictEqual } from 'node:util';
import { parse, parseAllDocuments, YAMLError } from 'yaml';
import * as z from 'zod';
import { err, ok, type Result } from '../../core/failure.ts';
import { readText } from '../files.ts';
import { defineKind, maybe, text } from '../kind.ts';
import { satisfied, shown, unsatisfied } from '../outcome.ts';
import { withinTime } from '../within.ts';

type Read = Result<unknown, string>;

/** The value in a JSON or YAML file, or in words why there is none. */
export async function readData(root: string, path: string): Promise<Read> {
  const read = await readText(root, path);
  if (!read.ok) return read;
  return /\.ya?ml$/i.test(path) ? parseYaml(read.value) : parseJson(read.value);
}

export function parseJson(content: string): Read {
  try {
    const value: unknown = JSON.parse(content);
    return isTooDeep(value) ? err(TOO_DEEP) : ok(value);
  } catch (problem) {
    return err(`it is no JSON: ${problem instanceof Error ? problem.message.replaceAll('\n', ' ') : String(problem)}`);
  }
}

/** Warnings would go to the terminal. */
const YAML = { prettyErrors: false, logLevel: 'error' } as const;

/** What is wrong with a YAML file, of several documents for example; null when it parses. */
export function yamlProblem(content: string): string | null {
  const read = withinTime(() => parseAllDocuments(content, YAML).flatMap(({ errors }) => errors)[0] ?? null);
  if (read === null) return 'it takes too long to read.';
  return read.value === null ? null : `it is no YAML: ${read.value.message}`;
}

export function parseYaml(content: string): Read {
  try {
    const value = withinTime(() => ({ read: parse(content, { ...YAML, maxAliasCount: 100 }) as unknown }));
    if (value === null) return err('it takes too long to read.');
    return isTooDeep(value.value.read) ? err(TOO_DEEP) : ok(value.value.read);
  } catch (problem) {
    // Too many aliases are a ReferenceError, too many levels a RangeError.
    if (!(problem instanceof YAMLError || problem instanceof ReferenceError || problem instanceof RangeError))
      throw problem;
    return err(`it is no YAML: ${problem.message}`);
  }
}

const MAX_DEPTH = 200;
const TOO_DEEP = `it is nested more than ${MAX_DEPTH} levels deep.`;

/** Looks without recursion, which a hostile file would exhaust. */
function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  const seen = new Set<unknown>();
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap(each => {
      if (typeof each !== 'object' || each === null || seen.has(each)) return [];
      seen.add(each);
      return Object.values(each);
    });
  }
  return false;
}

/** `/scripts/test` or `scripts.test`. A key that holds a dot or a slash is written as a pointer (`~1` for `/`). */
function valueAt(value: unknown, place: string): Result<unknown, string> {
  const parts = place.startsWith('/')
    ? place
        .slice(1)
        .split('/')
        .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : place.split('.');
  let here = value;
  for (const part of parts) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return err(`there is no ${place}.`);
    here = (here as Readonly<Record<string, unknown>>)[part];
  }
  return ok(here);
}

/** `equals=12` is the number, `equals="a b"` the text. */
const wantedValue = (given: string): unknown => {
  const read = parseJson(given);
  return read.ok ? read.value : given;
};

export const json = defineKind({
  name: 'json',
  summary: 'A file is valid JSON (or YAML, by its ending), and has a value where one is asked for.',
  words: ['path', 'at'],
  options: z
    .object({
      path: text('The file.'),
      at: maybe('A place in it that must be there: `scripts.test`, or `/scripts/test`.'),
      equals: z.string().optional().describe('What stands there; read as JSON where it is some, else as text.'),
    })
    .refine(({ at, equals }) => equals === undefined || at !== undefined, 'equals=… needs at=…'),
  example: '@json path=package.json at=scripts.test equals="node --test"',
  async run({ path, at, equals }, { root }) {
    const where = at === undefined ? '' : ` with ${at}${equals === undefined ? '' : ` = ${shown(equals)}`}`;
    const wish = `${path} is valid${where}.`;
    const read = await readData(root, path);
    if (!read.ok) return unsatisfied(wish, read.error);
    if (at === undefined) return satisfied(`${path} is valid.`);
    const found = valueAt(read.value, at);
    if (!found.ok) return unsatisfied(wish, found.error);
    const right = equals === undefined || found.value === equals || isDeepStrictEqual(found.value, wantedValue(equals));
    const said = `${at} is ${shown(JSON.stringify(found.value) ?? 'nothing')}.`;
    return right ? satisfied(said) : unsatisfied(wish, said);
  },
});

export const schema = defineKind({
  name: 'schema',
  summary: 'A JSON or YAML file is what a JSON Schema of the project says.',
  words: ['path', 'schema'],
  options: z.object({ path: text('The file.'), schema: text('The schema, also a file of the project.') }),
  example: '@schema path=config.json schema=config.schema.json',
  async run({ path, schema: schemaPath }, { root }) {
    const wish = `${path} is as ${schemaPath} says.`;
    const rules = await readData(root, schemaPath);
    if (!rules.ok) return unsatisfied(wish, `the schema ${schemaPath} cannot be used: ${rules.error}`);
    const data = await readData(root, path);
    if (!data.ok) return unsatisfied(wish, data.error);
    const problems = problemsOf(data.value, rules.value);
    if (!problems.ok) return unsatisfied(wish, `the schema ${schemaPath} cannot be used: ${problems.error}`);
    if (problems.value.length === 0) return satisfied(`${path} is as ${schemaPath} says.`);
    return unsatisfied(wish, problems.value.slice(0, 20).join('\n'));
  },
});

/** What a schema says against a value, one line for each place. */
function problemsOf(value: unknown, rules: unknown): Result<readonly string[], string> {
  if (typeof rules !== 'boolean' && (typeof rules !== 'object' || rules === null || Array.isArray(rules)))
    return err('it is no JSON Schema.');
  try {
    const checked = withinTime(() => z.fromJSONSchema(rules as z.core.JSONSchema.JSONSchema).safeParse(value));
    if (checked === null) return err('it takes too long; give patterns without nested repetition.');
    const issues = checked.value.success ? [] : checked.value.error.issues;
    return ok(issues.map(({ path, message }) => `/${path.map(String).join('/')}: ${message}`));
  } catch (problem) {
    // Keywords that are not understood are refused, not passed over.
    return err(String(Object(problem).message));
  }
}

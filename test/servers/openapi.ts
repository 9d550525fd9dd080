/** Holds requests and responses to an OpenAPI 3.0 document: the keywords that Qdrant's uses. */

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const child = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (isObject(at) ? at[key] : undefined), value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export type Operation = { readonly template: string; readonly method: string; readonly spec: Json };
export type OpenApi = {
  /** The operation that a path belongs to, with its path parameters; null for none. */
  find(method: string, path: string): { readonly operation: Operation; readonly parameters: readonly string[] } | null;
  /** What is wrong with a request's query and body; empty when nothing is. */
  request(operation: Operation, query: URLSearchParams, body: unknown): readonly string[];
  response(operation: Operation, status: number, body: unknown): readonly string[];
};

export function openApi(document: unknown): OpenApi {
  const paths = Object.entries(child(document, 'paths') ?? {}).flatMap(([template, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).flatMap(([method, spec]) =>
      isObject(spec) && 'responses' in spec ? [{ template, method, spec }] : [],
    ),
  );
  const validate = (schema: unknown, value: unknown, at: string, strict: boolean): readonly string[] => {
    if (!isObject(schema)) return [];
    if (typeof schema.$ref === 'string')
      return validate(child(document, ...schema.$ref.slice(2).split('/')), value, at, strict);
    if (value === null && (schema.nullable === true || Object.keys(schema).length === 0)) return [];
    const either = listOf(schema.anyOf ?? schema.oneOf);
    if (either.length > 0) {
      const tried = either
        .filter(one => !(isObject(one) && Object.keys(one).length === 1 && 'nullable' in one && value !== null))
        .map(one => validate(one, value, at, strict));
      if (tried.some(problems => problems.length === 0)) return [];
      return tried.toSorted((a, b) => deepest(b) - deepest(a))[0] ?? [`${at}: matches nothing`];
    }
    return [...ofType(schema, value, at), ...inside(schema, value, at, strict)];
  };
  const inside = (schema: Json, value: unknown, at: string, strict: boolean): readonly string[] => {
    if (Array.isArray(value))
      return value.flatMap((item, place) => validate(schema.items, item, `${at}[${place}]`, strict));
    if (!isObject(value) || (schema.type !== 'object' && schema.properties === undefined)) return [];
    const properties = isObject(schema.properties) ? schema.properties : {};
    const missing = listOf(schema.required).filter(name => !(String(name) in value));
    const others = Object.keys(value).filter(name => !(name in properties));
    const more = schema.additionalProperties;
    // A misspelt field would be ignored by a server: nothing in a request may be unknown.
    const unknown =
      more === false || (strict && more === undefined && Object.keys(properties).length > 0) ? others : [];
    return [
      ...missing.map(name => `${at}: ${String(name)} is missing`),
      ...unknown.map(name => `${at}: ${name} is unknown`),
      ...Object.entries(value).flatMap(([name, item]) =>
        name in properties
          ? validate(properties[name], item, `${at}.${name}`, strict)
          : isObject(more)
            ? validate(more, item, `${at}.${name}`, strict)
            : [],
      ),
    ];
  };
  return {
    find(method, path) {
      const parts = path.split('/');
      for (const operation of paths) {
        const template = operation.template.split('/');
        if (operation.method !== method.toLowerCase() || template.length !== parts.length) continue;
        const fits = template.every((part, place) => part.startsWith('{') || part === parts[place]);
        const parameters = template.flatMap((part, place) =>
          part.startsWith('{') ? [decodeURIComponent(parts[place] ?? '')] : [],
        );
        if (fits) return { operation, parameters };
      }
      return null;
    },
    request({ spec }, query, body) {
      const parameters = listOf(spec.parameters).filter(isObject);
      const inQuery = [...query].flatMap(([name, text]) => {
        const declared = parameters.find(one => one.in === 'query' && one.name === name);
        if (declared === undefined) return [`?${name}: is unknown`];
        return validate(declared.schema, typed(text), `?${name}`, true);
      });
      const schema = child(spec, 'requestBody', 'content', 'application/json', 'schema');
      if (schema === undefined) return body === undefined ? inQuery : [...inQuery, 'body: none is expected'];
      return [...inQuery, ...(body === undefined ? [] : validate(schema, body, 'body', true))];
    },
    response({ spec }, status, body) {
      const named = child(spec, 'responses', String(status));
      const answer = named ?? child(spec, 'responses', `${String(status)[0]}XX`) ?? child(spec, 'responses', 'default');
      if (answer === undefined) return [`status ${status} is not declared`];
      return validate(child(answer, 'content', 'application/json', 'schema'), body, `answer ${status}`, false);
    },
  };
}

const deepest = (problems: readonly string[]): number =>
  Math.max(0, ...problems.map(problem => problem.split(': ')[0]?.length ?? 0));

const typed = (text: string): unknown =>
  /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text === 'true' || text === 'false' ? text === 'true' : text;

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: value => typeof value === 'string',
  number: value => typeof value === 'number' && Number.isFinite(value),
  integer: Number.isInteger,
  boolean: value => typeof value === 'boolean',
};
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MOST: Readonly<Record<string, number>> = { uint8: 255, uint32: 4_294_967_295 };

function ofType(schema: Json, value: unknown, at: string): readonly string[] {
  const { type, format, minimum, maximum, minItems, minLength, uniqueItems } = schema;
  const is = typeof type === 'string' ? TYPES[type] : undefined;
  if (is !== undefined && !is(value))
    return [`${at}: is ${JSON.stringify(value)?.slice(0, 60)}, not of type ${String(type)}`];
  const wrong: string[] = [];
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) wrong.push(`is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) wrong.push(`is below ${minimum}`);
    const most = typeof maximum === 'number' ? maximum : MOST[String(format)];
    if (most !== undefined && value > most) wrong.push(`is above ${most}`);
  }
  if (typeof value === 'string') {
    if (format === 'uuid' && !UUID.test(value)) wrong.push('is no UUID');
    if (typeof minLength === 'number' && value.length < minLength) wrong.push('is too short');
  }
  if (Array.isArray(value)) {
    if (typeof minItems === 'number' && value.length < minItems) wrong.push(`has fewer than ${minItems} items`);
    if (uniqueItems === true && new Set(value.map(one => JSON.stringify(one))).size < value.length)
      wrong.push('has an item twice');
  }
  return wrong.map(problem => `${at}: ${problem}`);
}

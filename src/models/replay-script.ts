import { isMap, isNode, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { err, FAILURES, fail, ok, type Result } from '../core/failure.ts';
import { ROLES } from '../core/task.ts';

const count = z.int().nonnegative();
const entrySchema = z.strictObject({
  task: z.string(),
  try: z.int().positive(),
  call: z.int().positive(),
  role: z.enum(ROLES).optional(),
  /** Alias in the model registry. */
  model: z.string().optional(),
  text: z.string().optional(),
  calls: z.array(z.strictObject({ name: z.string(), input: z.record(z.string(), z.unknown()).default({}) })).optional(),
  tokens: z.strictObject({ in: count, out: count, cached: count.default(0) }).optional(),
  ms: z.number().nonnegative().optional(),
  /** The reply was cut at the limit of output tokens. */
  cut: z.boolean().optional(),
  fail: z
    .strictObject({
      code: z.enum(Object.keys(FAILURES)),
      message: z.string(),
      hint: z.string().optional(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    })
    .optional(),
});
const scriptSchema = z.strictObject({ version: z.literal(1), replies: z.array(entrySchema) });

/** One reply of a script: which call it answers, and what is answered. */
export type ReplayEntry = z.output<typeof entrySchema>;
export type ReplayKey = Pick<ReplayEntry, 'task' | 'try' | 'call'>;

export const keyText = (key: ReplayKey): string => `task ${key.task}, try ${key.try}, call ${key.call}`;

/** Reads a script strictly: each mistake is named with its line. `file` is for the message. */
export function parseScript(text: string, file: string): Result<readonly ReplayEntry[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    return invalid(file, [`line ${lines.linePos(syntax.pos[0]).line}: ${syntax.message.split('\n')[0]}`]);
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const value = toValue(document);
  if (!value.ok) return invalid(file, [value.error]);
  const parsed = scriptSchema.safeParse(value.value);
  if (!parsed.success) {
    return invalid(
      file,
      parsed.error.issues.map(issue => {
        const unknown = issue.code === 'unrecognized_keys' ? keyLine(document, issue.path, issue.keys[0], lines) : null;
        return `line ${unknown ?? lineOf(issue.path)}: ${issue.path.join('.') || 'the script'}: ${issue.message}`;
      }),
    );
  }
  const { replies } = parsed.data;
  const hidden = replies.findIndex((entry, place) => replies.slice(0, place).some(before => hides(before, entry)));
  if (hidden < 0) return ok(replies);
  const entry = replies[hidden];
  const what = entry === undefined ? '' : keyText(entry);
  return invalid(file, [`line ${lineOf(['replies', hidden])}: a reply for ${what} stands above already.`]);
}

/** An alias without its anchor, or too many of them, is found only now, and thrown. */
function toValue(document: ReturnType<typeof parseDocument>): Result<unknown, string> {
  try {
    return ok(document.toJS());
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** A second entry for one call is of use only after failures: it answers the call that is made again. */
const hides = (before: ReplayEntry, entry: ReplayEntry): boolean =>
  before.fail === undefined &&
  before.task === entry.task &&
  before.try === entry.try &&
  before.call === entry.call &&
  (before.model === undefined || before.model === entry.model) &&
  (before.role === undefined || before.role === entry.role);

function keyLine(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
  key: string | undefined,
  lines: LineCounter,
): number | null {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  const pair = isMap(map) ? map.items.find(item => String(item.key) === key) : undefined;
  return isNode(pair?.key) && pair.key.range ? lines.linePos(pair.key.range[0]).line : null;
}

const invalid = (file: string, problems: readonly string[]): Result<never> =>
  fail(
    'input.invalid',
    `The replay script ${file} cannot be used: ${problems.slice(0, 5).join(' ')}`,
    'Correct the script: version: 1, then replies, each with task, try, call and text, calls or fail.',
  );

/** A script of these entries, as YAML that `parseScript` reads. */
export const printScript = (entries: readonly ReplayEntry[]): string =>
  stringify({ version: 1, replies: entries }, { lineWidth: 0, aliasDuplicateObjects: false });

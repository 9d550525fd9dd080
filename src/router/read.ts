import { type Document, LineCounter, parseDocument } from 'yaml';
import { err, ok, type Result } from '../core/failure.ts';
import { locate, mend } from './document.ts';
import { type Path, type Problem, place, schemaProblems } from './problems.ts';
import { referenceProblems } from './references.ts';
import { registrySchema, type WrittenRegistry } from './schema.ts';

/** A section whose lines are all commented out is a section that is left out. */
const withoutEmptySections = (data: unknown): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data)
    ? Object.fromEntries(Object.entries(data).filter(([, value]) => value !== null))
    : data;

/** The document's plain data, or what the library says against it: it throws for aliases that lead nowhere or grow without bound. */
function dataOf(document: Document): Result<unknown, string> {
  try {
    return ok(withoutEmptySections(document.toJS()));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** How often mending may uncover further problems below mended ones. */
const MOST_ROUNDS = 5;

type Step = {
  readonly value: WrittenRegistry | null;
  readonly problems: readonly Problem[];
  readonly isMended: boolean;
};

function step(document: Document, lineOf: (path: Path) => number, removed: Set<string>): Step {
  const data = dataOf(document);
  if (!data.ok) return { value: null, problems: [{ line: 1, text: `not valid YAML: ${data.error}` }], isMended: false };
  const parsed = registrySchema.safeParse(data.value);
  if (parsed.success) {
    const problems = referenceProblems(parsed.data).map(({ path, text }) => ({ line: lineOf(path), text }));
    return { value: parsed.data, problems, isMended: false };
  }
  const issues = parsed.error.issues.filter(issue => !removed.has(place(issue.path)));
  const problems = schemaProblems(issues, data.value, lineOf);
  return { value: null, problems, isMended: mend(document, issues, removed) };
}

/** Reads and checks the text. The problems are all that can be found in one go, each once, in no order. */
export function readRegistryFile(text: string): Result<WrittenRegistry, readonly Problem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (path: Path): number => lines.linePos(locate(document, path).offset).line;
  const broken = [...document.errors, ...document.warnings].map(error => ({
    line: lines.linePos(error.pos[0]).line,
    text: `not valid YAML: ${error.message.split('\n')[0]}`,
  }));
  if (broken.length > 0) return err(broken);
  if (document.contents === null) {
    return err([{ line: 1, text: 'the file is empty: it needs version, providers, models and roles' }]);
  }
  const found = new Map<string, Problem>();
  const removed = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { value, problems, isMended } = step(document, lineOf, removed);
    for (const problem of problems) found.set(`${problem.line} ${problem.text}`, problem);
    if (value !== null && found.size === 0) return ok(value);
    if (!isMended) break;
  }
  return err([...found.values()]);
}

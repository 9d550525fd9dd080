import { lineEnd, type PlanDocument, type PlanTask } from './document.ts';
import { insertAfter, lastLine, layoutOf, replaceValue, type TextEdit, valuePlace } from './edit.ts';
import { setChecklist } from './edit-checklist.ts';
import { rewriteText, setText } from './edit-text.ts';
import { setWords, WORD_LISTS } from './edit-words.ts';
import { printTitle, renderField } from './render.ts';
import { chunkOf, type PlanValues } from './values.ts';

const isWordList = (name: string): name is keyof typeof WORD_LISTS => Object.hasOwn(WORD_LISTS, name);

/**
 * Sets one value of a task; a field that is missing is added after the others. `careful` changes no more than the words
 * that differ; `anew` writes the whole field, for places where that cannot be read back.
 */
export function setField<K extends keyof PlanValues>(
  document: PlanDocument,
  task: PlanTask,
  name: K,
  value: PlanValues[K],
  way: 'careful' | 'anew' = 'careful',
): readonly TextEdit[] {
  const text = typeof value === 'string' ? value : '';
  const list: readonly string[] = Array.isArray(value) ? value : [];
  if (name === 'description' || name === 'acceptance')
    return way === 'careful' ? setText(document, task, name, text) : rewriteText(document, task, name, text);
  if (name === 'checklist') return setChecklist(document, task, list);
  if (name === 'title') {
    const title = printTitle(text);
    return title === '' ? [] : [{ from: task.title_from, to: task.title_from + task.title.length, text: title }];
  }
  const isCareful = way === 'careful' || name === 'links';
  const words = isWordList(name) && isCareful ? setWords(document, task, name, list, way) : null;
  return words ?? setWhole(document, task, name, value);
}

function setWhole(
  document: PlanDocument,
  task: PlanTask,
  name: keyof PlanValues,
  value: PlanValues[keyof PlanValues],
): readonly TextEdit[] {
  const layout = layoutOf(document, task);
  const field = renderField(name, value, layout);
  if (field === null) return [];
  const chunk = chunkOf(task, field.name);
  if (chunk !== null) {
    const last = document.lines[chunk.end - 1];
    const eol = document.lines[chunk.line]?.eol || document.eol;
    const edit = replaceValue(document, valuePlace(chunk), '', [field.inline, ...field.nested].join(eol));
    return [{ ...edit, to: last === undefined ? edit.to : Math.max(edit.to, lineEnd(last)) }];
  }
  const fields = task.chunks.filter(part => part.name !== 'notes' && part.name !== 'other');
  const head = `${layout.indent}${layout.marker} **${field.label}:** ${field.inline}`.trimEnd();
  return [insertAfter(document, lastLine(task, fields.at(-1) ?? null), [head, ...field.nested])];
}

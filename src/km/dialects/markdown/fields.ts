import type { Line } from '../../plan/document.ts';

const LABELS = {
  status: 'status|state|task status|current status|estado|статус|状态|ステータス',
  depends:
    'dependencies|dependency|depends on|depends upon|depends|depend on|dependson|deps|blocked by|blockedby|requires|required tasks|prerequisites?|pre-requisites?|prereqs?|needs|after|waits for|predecessors?|dependencias?|dependências?|depende de|dépendances?|abhängigkeiten|depende|зависит от|зависимости|依赖|依赖关系|依存関係|前置任务',
  blocks: 'blocks|blocking|unblocks',
  related: 'related|related tasks|related to|see also tasks',
  priority: 'priority|prio|task priority|importance|urgency|prioridad|prioridade|priorität|приоритет|优先级',
  acceptance:
    'acceptance criteria|acceptance|acceptance tests?|acceptance criterion|done when|definition of done|dod|success criteria|completion criteria|exit criteria|ac|criteria|validation criteria|验收标准|критерии приёмки',
  assignee: 'assignee|assignees|assigned to|assigned|owner|owners|responsible|owned by|executor|负责人|执行人',
  tags: 'tags|labels|tag|label|category|categories|component|components|area',
  complexity:
    'complexity|effort|size|story points|points|estimated effort|effort estimate|difficulty|t-shirt size|estimate',
  created: 'created|created at|created on|created date|date created|added|added on|opened|creation date',
  finished:
    'done|completed|completed at|completed on|completed date|date completed|completion date|finished|finished at|finished on|done on|closed|closed on|closed at',
  due: 'due|due date|deadline|target date|due by|due on',
  description: 'description|desc|task description',
  title: 'title|name|task|task name|task title',
  links: 'links|link|references|refs|reference|urls?|docs',
  notes: 'notes|note|implementation notes|comments?|progress notes',
  checks: 'verify|verify with|verification command|test command|checks?|validation command',
  role: 'role|agent role',
  progress: 'progress|percent complete|percent done|percentage|% complete|% done',
} as const;
export type FieldName = keyof typeof LABELS | 'complete';

const NAMES: ReadonlyMap<string, FieldName> = new Map(
  Object.entries(LABELS).flatMap(([name, labels]) => expand(labels).map(label => [label, name as FieldName] as const)),
);

/** `urls?` stands for `url` and `urls`. */
function expand(labels: string): readonly string[] {
  return labels
    .split('|')
    .flatMap(label => (/.\?/.test(label) ? [label.replace(/.\?/, ''), label.replace('?', '')] : [label]));
}

const LONGEST_LABEL = 60;
/** Longer lines are prose, however many colons they have. */
const LONGEST_ROW = 1000;

/** The field that a label names, in the usual words, or null. */
export function fieldName(label: string): FieldName | null {
  if (label.length > LONGEST_LABEL) return null;
  const plain = label
    .replace(/[*_`]+/g, m => (m.includes('_') ? ' ' : ''))
    .replace(/\p{So}\uFE0F?|\([^)]*\)/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  if (/^(?:task|ticket|story|item)?\s*#?[\w.-]*\s*(?:is )?complete$/.test(plain)) return 'complete';
  return NAMES.get(plain) ?? null;
}

export type Field = {
  readonly name: FieldName;
  /** What follows the label on its line. */
  readonly value: string;
  /** Index of its line, and of the lines below that belong to it. */
  readonly line: number;
  readonly block: readonly number[];
};

type Labelled = { readonly label: string; readonly value: string; readonly marked: boolean };

const BULLET = /^[ \t]*(?:>[ \t]*)?(?:(?:[-*+•]|\d{1,9}[.)])[ \t]+)?/;
const MARKED = [
  /^(\*\*|__)([\p{L}#][^*_:：]{0,40}?)\s*[:：]\s*\1\s*(.*)$/u,
  /^(\*\*|__)([\p{L}#][^*_:：]{0,40}?)\s*\1\s*[:：]\s*(.*)$/u,
  /^(\*\*|__)([\p{L}#][^*_:：]{0,40}?)[:：]\s*([^*]*)\1\s*$/u,
  /^([_*])([\p{L}][\p{L} ]{1,40}?)[:：]\s*(.*?)\1\s*$/u,
  /^(\*|_)([\p{L}][\p{L} ]{1,40}?)\1[:：]\s*(.*)$/u,
] as const;
const PLAIN = /^()([\p{L}][\p{L} _-]{0,30}?)\s*[:：](?:\s+|(?=[[✅⏳🔄#`])|$)(.*)$/u;
const BARE_BOLD = /^(\*\*)([\p{L}][\p{L} ]{1,30})\*\*\s+(\S.*)$/u;

/** Reads `**Label**: value` in any of its forms; a plain `Label: value` only where the label is a known one. */
export function labelled(text: string): Labelled | null {
  const plain = text.replace(BULLET, '').replace(/^(?:\p{So}\uFE0F?\s*)+/u, '');
  for (const form of MARKED) {
    const match = form.exec(plain);
    if (match !== null) return { label: match[2] ?? '', value: (match[3] ?? '').trim(), marked: true };
  }
  const match = PLAIN.exec(plain) ?? BARE_BOLD.exec(plain);
  if (match === null || fieldName(match[2] ?? '') === null) return null;
  return { label: match[2] ?? '', value: (match[3] ?? '').trim(), marked: false };
}

/** Several labels of one line, as in `**Status:** Done | **Priority:** High`. */
function labelsOf(text: string): readonly Labelled[] {
  const whole = labelled(text);
  if (text.length > LONGEST_ROW) return whole === null ? [] : [whole];
  const parts = text
    .split(/\s*[|·•;]\s*(?=\S)|\s{2,}(?=\*\*)|\s+[—–-]+\s+(?=\*\*)|(?<=\S)\s+(?=\*\*[^*]+(?::\*\*|\*\*:))/)
    .map(part => labelled(part));
  const known = parts.filter(part => part !== null);
  return known.length > 1 && known.length === parts.length ? known : whole === null ? [] : [whole];
}

const cells = (text: string): readonly string[] =>
  text
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map(cell => cell.trim());

/**
 * The fields of a task's own lines, given by their indexes. A field without a value on its line has the lines below it,
 * up to the next label, heading or paragraph.
 */
export function readFields(lines: readonly Line[], own: readonly number[]): readonly Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < own.length; at += 1) {
    const index = own[at] ?? 0;
    const line = lines[index];
    if (line === undefined || line.kind !== 'text' || line.indent < 0) continue;
    if (line.level > 0) {
      const name = fieldName(line.text.replace(/^[ \t]*#+|#+[ \t]*$|[:：]\s*$/g, ''));
      if (name !== null && name !== 'complete' && name !== 'title' && name !== 'progress' && name !== 'finished')
        fields.push({ name, value: '', line: index, block: untilHeading(lines, own, at) });
      continue;
    }
    if (/^\s*\|/.test(line.text)) {
      fields.push(...tableFields(lines, own, at));
      continue;
    }
    for (const found of labelsOf(line.text)) {
      const name = fieldName(found.label);
      if (name === null) continue;
      fields.push({ name, value: found.value, line: index, block: found.value === '' ? below(lines, own, at) : [] });
    }
  }
  return fields;
}

/** A row `| Status | Done |`, or a head row of labels with one row of values. */
function tableFields(lines: readonly Line[], own: readonly number[], at: number): readonly Field[] {
  const row = (place: number): readonly string[] => {
    const text = lines[own[place] ?? -1]?.text ?? '';
    return /^\s*\|/.test(text) ? cells(text) : [];
  };
  const isRule = (place: number): boolean => row(place).length > 0 && row(place).every(cell => /^:?-+:?$/.test(cell));
  const names = row(at).map(cell => fieldName(cell));
  const line = own[at] ?? 0;
  if (isRule(at + 1) && names.filter(name => name !== null).length >= 2 && row(at + 3).length === 0) {
    const values = row(at + 2);
    return names.flatMap((name, place): readonly Field[] =>
      name === null ? [] : [{ name, value: values[place] ?? '', line, block: own.slice(at + 1, at + 3) }],
    );
  }
  const [first] = names;
  return row(at).length === 2 && first != null ? [{ name: first, value: row(at)[1] ?? '', line, block: [] }] : [];
}

function untilHeading(lines: readonly Line[], own: readonly number[], at: number): readonly number[] {
  const level = lines[own[at] ?? -1]?.level ?? 0;
  const rest = own.slice(at + 1);
  const end = rest.findIndex(index => {
    const line = lines[index];
    return (
      line === undefined || (line.level > 0 && line.level <= level) || /^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line.text)
    );
  });
  const block = end < 0 ? rest : rest.slice(0, end);
  // A label such as the status ends the block, though no heading does.
  const label = block.findIndex(index => {
    const name = fieldName(labelled(lines[index]?.text ?? '')?.label ?? '');
    return name === 'status' || name === 'complete' || name === 'depends' || name === 'priority';
  });
  return label < 0 ? block : block.slice(0, label);
}

function below(lines: readonly Line[], own: readonly number[], at: number): readonly number[] {
  const head = lines[own[at] ?? -1];
  const block: number[] = [];
  const bulleted = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]/.test(head?.text ?? '');
  for (let next = at + 1; next < own.length; next += 1) {
    const index = own[next] ?? 0;
    const line = lines[index];
    if (line === undefined || line.level > 0) break;
    const bullet = /^[ \t]*(?:[-*+•]|\d{1,9}[.)])[ \t]/.test(line.text);
    const deeper = line.indent > (head?.indent ?? 0);
    if (line.indent >= 0 && line.kind === 'text' && !deeper) {
      if (bulleted || (!bullet && (lines[index - 1]?.indent ?? -1) < 0)) break;
      const label = labelled(line.text);
      if (label !== null && (!bullet || fieldName(label.label) !== null)) break;
    }
    block.push(index);
  }
  return block;
}

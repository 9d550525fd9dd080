import type { Exporter, ExportTask } from './exporter.ts';

const COLUMNS = [
  'key',
  'kind',
  'title',
  'status',
  'reason',
  'priority',
  'role',
  'queue',
  'tags',
  'parent',
  'depends_on',
  'related',
  'discovered_from',
  'assignee',
  'due',
  'complexity',
  'description',
  'acceptance',
  'checklist',
  'checks',
  'links',
  'notes',
  'proof',
  'tries',
  'usd',
  'created_at',
  'started_at',
  'finished_at',
  'updated_at',
  'last_agent',
] as const satisfies readonly (keyof ExportTask)[];

/** One row as RFC 4180 has it. */
const row = (fields: readonly string[]): string => `${fields.map(quoted).join(',')}\r\n`;
const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** A spreadsheet runs a cell that begins like a formula: an apostrophe in front makes it text again. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

function fieldOf(task: ExportTask, column: (typeof COLUMNS)[number]): string {
  switch (column) {
    case 'checklist':
      return harmless(task.checklist.map(({ text, done }) => `[${done ? 'x' : ' '}] ${text}`).join('\n'));
    case 'notes':
      return harmless(task.notes.map(({ at, agent, text }) => `${at} ${agent}: ${text}`).join('\n'));
    case 'tags':
    case 'depends_on':
    case 'related':
    case 'discovered_from':
      return harmless(task[column].join(', '));
    case 'checks':
    case 'links':
      return harmless(task[column].join('\n'));
    case 'priority':
    case 'tries':
    case 'usd':
      return String(task[column]);
    default:
      return harmless(String(task[column] ?? ''));
  }
}

/** One row for each stage and task, for spreadsheets. */
export const csv: Exporter = {
  name: 'csv',
  title: 'CSV',
  leaves_out: 'protect, allow, branch; a text that begins with = + - or @ gets an apostrophe in front',
  write: ({ tasks }) => row(COLUMNS) + tasks.map(task => row(COLUMNS.map(column => fieldOf(task, column)))).join(''),
};

import { type BoxReading, readBoxes } from './boxes.ts';
import { markdownDialect, NOT_THIS } from './define.ts';
import type { Draft } from './draft.ts';
import { finishPlan } from './finish.ts';
import type { Entry, Outline } from './outline.ts';
import { cleanTitle } from './title.ts';
import { readDay, readPriority } from './values.ts';

const DATE = String.raw`\s*(\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2})?)`;
const DATES = {
  due: new RegExp(String.raw`(?:📅|📆|🗓)\uFE0F?${DATE}`, 'u'),
  scheduled: new RegExp(String.raw`(?:⏳|⌛)\uFE0F?${DATE}`, 'u'),
  start: new RegExp(String.raw`🛫\uFE0F?${DATE}`, 'u'),
  created: new RegExp(String.raw`➕\uFE0F?${DATE}`, 'u'),
  done: new RegExp(String.raw`✅\uFE0F?${DATE}`, 'u'),
  cancelled: new RegExp(String.raw`❌\uFE0F?${DATE}`, 'u'),
} as const;
const FIELD = /[[(]([A-Za-z]+)::\s*([^\])]*)[\])]/g;
const PRIORITY = /[🔺⏫🔼🔽⏬]\uFE0F?/u;
const REPEAT = /🔁\uFE0F?\s*([^📅📆🗓⏳⌛🛫➕✅❌🔺⏫🔼🔽⏬🆔⛔🏁#[(^]*)/u;
const FINISH = /🏁\uFE0F?\s*\w+/u;
const ID = /🆔\uFE0F?\s*([\w-]+)/u;
const NEEDS = /⛔\uFE0F?\s*([\w-]+(?:\s*,\s*[\w-]+)*)/u;
const TAG = /(?<![^\s(])#([\p{L}\p{N}_/-]*[\p{L}_][\p{L}\p{N}_/-]*)/gu;
const BLOCK = /\s\^([\w-]+)\s*$/;

type Metadata = { title: string; readonly values: Map<string, string> };

/** Cuts dates, fields and other metadata out of a task's text; code stays. */
function metadataOf(content: string): Metadata {
  const values = new Map<string, string>();
  let title = ` ${content}`;
  const cut = (name: string, form: RegExp) => {
    const match = form.exec(title);
    if (match === null) return;
    values.set(name, (match[1] ?? match[0]).trim());
    title = `${title.slice(0, match.index)} ${title.slice(match.index + match[0].length)}`;
  };
  cut('block', BLOCK);
  title = title.replace(FIELD, (_, name: string, value: string) => {
    values.set(name.toLowerCase(), value.trim());
    return ' ';
  });
  for (const [name, form] of Object.entries(DATES)) cut(name, form);
  cut('priority', PRIORITY);
  cut('id', ID);
  cut('needs', NEEDS);
  cut('finish', FINISH);
  cut('repeat', REPEAT);
  return { title: title.trim(), values };
}

const FILTER = /(?<!\S)#task(?![\w/-])/;

function readTask(entry: Entry, filtered: boolean): BoxReading | null {
  if (entry.status === null || (filtered && !FILTER.test(entry.content))) return null;
  const { title, values } = metadataOf(entry.content.replace(FILTER, ' '));
  const tags = [...title.matchAll(TAG)].map(match => match[1] ?? '').filter(tag => tag !== 'task');
  const named = title
    .replace(/^(?:\s*#(?=[\p{N}_/-]*\p{L})[\p{L}\p{N}_/-]+)+\s+/u, '')
    .replace(/(?:\s+#(?=[\p{N}_/-]*\p{L})[\p{L}\p{N}_/-]+)+\s*$/u, '');
  const block = values.get('block');
  const needs = values.get('needs') ?? values.get('dependson');
  const clean = cleanTitle(named.replace(/\s+/g, ' '));
  return {
    key: values.get('id') ?? null,
    title: clean === '' ? cleanTitle(title) : clean,
    status: entry.status,
    ...(block !== undefined && { slug: `^${block}`, placed: false }),
    needs: needs?.split(',') ?? [],
    rest: restOf(values, tags),
  };
}

function restOf(values: ReadonlyMap<string, string>, tags: readonly string[]): Draft['rest'] {
  const day = (...names: string[]) =>
    readDay(names.map(name => values.get(name)).find(value => value !== undefined) ?? '');
  const priority = readPriority(values.get('priority') ?? '');
  const due = day('due');
  const created = day('created');
  const finished = day('done', 'completion', 'cancelled');
  const told: readonly (readonly [string, string | undefined | null])[] = [
    ['Starts', day('start')],
    ['Scheduled', day('scheduled')],
    ['Repeats', values.get('repeat')],
  ];
  const description = told
    .flatMap(([label, value]) => (value == null || value === '' ? [] : [`${label}: ${value}`]))
    .join('\n');
  return {
    ...(due !== null && { due }),
    ...(created !== null && { created_at: created }),
    ...(finished !== null && { finished_at: finished }),
    ...(priority !== null && { priority }),
    ...(tags.length > 0 && { tags: [...new Set(tags)] }),
    ...(description !== '' && { description }),
  };
}

const SIGN =
  /(?:📅|📆|🗓|⏳|⌛|🛫|➕|✅|❌)\uFE0F?\s*\d{4}-\d{2}-\d{2}|🔁\uFE0F?\s*every|[🔺⏫🔼🔽⏬](?:\s|$)|🆔\s*\w|⛔\s*\w|[[(](?:due|scheduled|start|created|completion|cancelled|priority|repeat|dependsOn)::/u;

/** Where most boxes carry `#task`, the others are none: that is how a vault says which boxes are tasks. */
function hasFilter({ entries }: Outline): boolean {
  const boxes = entries.filter(({ status, parent, content }) => status !== null && parent === null && content !== '');
  const named = boxes.filter(({ content }) => FILTER.test(content)).length;
  return named > 0 && named * 2 >= boxes.length;
}

export const obsidian = markdownDialect({
  name: 'obsidian',
  title: 'Obsidian Tasks',
  looks_like: '- [ ] #task what is to be done ⏫ 📅 2026-01-31, or with fields such as [due:: 2026-01-31]',
  see: outline => {
    const boxes = outline.entries.filter(entry => entry.status !== null && entry.content !== '');
    const marked = boxes.filter(({ content }) => SIGN.test(content) || FILTER.test(content)).length;
    const queries = outline.lines.some(
      ({ kind, text }) => kind === 'code' && /^\s*(?:`{3,}|~{3,})\s*(?:tasks|dataview)\s*$/.test(text),
    );
    if (marked === 0 && !(queries && boxes.length > 0)) return NOT_THIS;
    const share = marked / boxes.length;
    const score = share >= 0.3 ? 0.88 : queries || marked > 1 ? 0.5 : 0.43;
    return { score, because: `${marked} of ${boxes.length} boxes with dates, priorities or tags of Obsidian Tasks` };
  },
  take: outline => {
    const filtered = hasFilter(outline);
    const { drafts, unread } = readBoxes(outline, { read: entry => readTask(entry, filtered) });
    return finishPlan(outline, drafts, unread);
  },
});

import type { ImportedItem } from '../dialect.ts';

export type ItemStatus = ImportedItem['status'];

const BOXES: Readonly<Record<string, ItemStatus>> = {
  '': 'open',
  ' ': 'open',
  '?': 'open',
  '*': 'open',
  '<': 'open',
  x: 'done',
  X: 'done',
  '✓': 'done',
  '✔': 'done',
  '✅': 'done',
  '☑': 'done',
  '~': 'in-progress',
  '/': 'in-progress',
  '\\': 'in-progress',
  '.': 'in-progress',
  o: 'in-progress',
  O: 'in-progress',
  '🔄': 'in-progress',
  '🚧': 'in-progress',
  '⏳': 'in-progress',
  '!': 'blocked',
  '-': 'cancelled',
  '–': 'cancelled',
  '—': 'cancelled',
  '>': 'cancelled',
  '✗': 'cancelled',
  '✘': 'cancelled',
  '❌': 'cancelled',
};

/** What the character between the brackets says, or null when it is no check box. `[>]` went to another place: cancelled here. */
export const boxStatus = (character: string): ItemStatus | null =>
  Object.hasOwn(BOXES, character) ? (BOXES[character] ?? null) : null;

const SIGNS: readonly (readonly [ItemStatus, string])[] = [
  ['done', '✅✔☑🎉🟢💯🏁✓👍'],
  ['in-progress', '🔄🚧⏳🏗🔨🟡🟠▶🔵👷⌛🏃🔃🛠⚙'],
  ['open', '⬜📋🔲☐⚪📝🆕⭕🔜◻▢◯○🗓📅⬛🕐💤'],
  ['blocked', '⏸🔒🛑⛔🔴⚠🚫🧱'],
  ['cancelled', '❌✖🗑❎⏭☒✗✘🙅'],
];

/** What a sign such as ✅ or 🚧 says by itself. */
export const signStatus = (sign: string): ItemStatus | null =>
  SIGNS.find(([, signs]) => Array.from(signs).includes(sign.replace('\uFE0F', '')))?.[0] ?? null;

/** The first sign of a text, with what it says. */
export function firstSign(text: string): { readonly status: ItemStatus; readonly at: number } | null {
  for (const match of text.matchAll(/\p{So}|[✓✗✘▶]/gu)) {
    const status = signStatus(match[0]);
    if (status !== null) return { status, at: match.index };
  }
  return null;
}

/** Words of each status; the one that stands first in a text wins, of two at one place the longer. */
const WORDS: readonly (readonly [ItemStatus, RegExp])[] = [
  [
    'open',
    /(?<![\d.])0{1,2} ?%|\b(?:not[ _-]?(?:yet\b[ _-]?)?(?:start|begun|done|complete|finish)\w*|to[ _-]be[ _-]\w+|to[ _-]?do|unstarted|incomplete|unfinished|undone|unresolved|pending|open|new|planned|planning|queued?|backlog|ready|proposed|draft|scheduled|upcoming|future|later|next|created|assigned|unassigned|icebox|idle|awaiting start|reopened|inbox|someday|ideas?|missing|pendiente|pendente|offen|geplant|a faire|à faire|por hacer|a fazer)\b|未开始|未着手|未完成|待办|待處理|待处理|计划中|未対応/iu,
  ],
  [
    'blocked',
    /\b(?:(?:pending[ _-]?)?block(?:ed|er)|on[ _-]?hold|waiting|stuck|paused?|awaiting|impeded|suspended|halted|frozen|failed|failing|needs?[ _-](?:info\w*|input|clarification|decision)|bloqueado|bloqueada|blockiert|bloqué)\b|阻塞|暂停|保留中/iu,
  ],
  [
    'cancelled',
    /\b(?:cancel+(?:ed|ation)?|abandoned|deferred|dropped|won'?t[ _-]?(?:do|fix)|skip(?:ped)?|rejected|obsolete|superseded|removed|descoped|out[ _-]of[ _-]scope|postponed|deprecated|duplicate|invalid|declined|discarded|killed|no longer needed|not (?:needed|applicable|required|doing|planned|reproducible)|n\/a|cancelado|cancelada|abgebrochen|verworfen|annulé)\b|取消|已取消|中止/iu,
  ],
  [
    'done',
    /\b(?:done|reviewed and approved|completed?|completion|finished|closed|resolved|implemented|merged|shipped|released|delivered|deployed|fixed|verified|passed|success(?:ful(?:ly)?)?|accomplished|archived?|completad[oa]|conclu[ií]d[oa]|hecho|feito|erledigt|fertig|abgeschlossen|terminée?)\b|(?<!\d)100 ?%|(?<![未])完成|已完成|完了|完毕|✓ /iu,
  ],
  [
    'in-progress',
    /\b(?:in[ _-]?progress|wip|doing|started|ongoing|on[ _-]?going|active|under[ _-]?way|working|partial(?:ly)?(?: (?:done|completed?))?|currently?|(?:ready for|in|under|awaiting|waiting (?:for|on)|pending)[ _-]?(?:code )?(?:review|testing|merge|qa|approval)|review(?:ing)?|testing|qa|in[ _-]?(?:development|flight|work|process)|implementing|running|(?<!\d)\d{1,2} ?%|almost (?:done|complete)|mostly (?:done|complete)|en progreso|en curso|em andamento|in arbeit|en cours)(?!\w)|进行中|進行中|作業中/iu,
  ],
];

/** Struck text does not count, where there is other text. */
const STRUCK = /~~[^~]*~~/g;
const UNBLOCKED = /\b(?:not|no longer|never)[ ]+(?:currently[ ]+|yet[ ]+)?block(?:ed|ing)\b/giu;
/** `Closed as duplicate`: why it was closed tells how. */
const CLOSED = /^\W*(?:closed|resolved|archived)\b([^.;|]{1,60})/iu;

/** What a text such as `✅ Complete`, `WIP (80 %)` or `[x]` says about a task, or null when it says nothing. */
export function readStatus(text: string): ItemStatus | null {
  const plain = (text.replace(STRUCK, ' ').trim() || text)
    .replace(/[*`~]|__/g, '')
    .replace(UNBLOCKED, ' ')
    .trim();
  const ticked = readChoices(plain);
  if (ticked !== null) return ticked;
  const closed = CLOSED.exec(plain);
  if (closed !== null && WORDS.some(([status, words]) => status === 'cancelled' && words.test(closed[1] ?? '')))
    return 'cancelled';
  const found = wordsIn(plain);
  // A template that names all there are says nothing.
  if (found.length >= 3 && /[|/]/.test(plain)) return 'open';
  return found[0]?.status ?? firstSign(plain)?.status ?? null;
}

/** `[ ] Not started / [x] Done`: the one that is ticked. */
function readChoices(text: string): ItemStatus | null {
  const boxes = [...text.matchAll(/\[(.?)\]([^[]*)/gu)];
  const marked = boxes.filter(([, mark = '']) => mark.trim() !== '');
  const [first] = marked;
  if (first !== undefined) {
    const own = boxStatus(first[1] ?? '');
    return boxes.length > 1 && own === 'done' ? (wordsIn(first[2] ?? '')[0]?.status ?? own) : own;
  }
  return boxes.length > 0 && boxes[0]?.index === 0 ? 'open' : null;
}

type Found = { readonly status: ItemStatus; readonly at: number; readonly length: number };

function wordsIn(text: string): readonly Found[] {
  const found = WORDS.flatMap(([status, words]): Found[] => {
    const match = words.exec(text);
    return match === null ? [] : [{ status, at: match.index, length: match[0].length }];
  });
  return found.sort((left, right) => left.at - right.at || right.length - left.length);
}

/** Longer texts say more than one status. */
const LONGEST_NAME = 80;

/** The status that a text is nothing but a name of: `In Progress`, `Done ✓`, `🚧 WIP (3)`; null for any other text. */
export function statusName(text: string): ItemStatus | null {
  if (text.length > LONGEST_NAME) return null;
  const plain = text
    .replace(/\([^)]*\)|\[[^\]]*\]/g, ' ')
    .replace(/[^\p{L}\p{N}%\s'’/-]/gu, ' ')
    .replace(/\b(?:tasks?|items?|list|work|stories|issues|cards|today|this week|recently|phases?|features)\b/giu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (plain === '') return firstSign(text)?.status ?? null;
  const [first] = wordsIn(plain);
  if (first === undefined || first.at > 0) return null;
  const rest = plain.slice(first.length).replace(/^[\s/-]+/, '');
  const again = rest === '' || (wordsIn(rest)[0]?.at === 0 && rest.split(' ').length <= 2);
  return again || /^(?:next|up|soon|for now|by \w+|v?\d[\d.]*)$/iu.test(rest) || plain.toLowerCase() === 'up next'
    ? first.status
    : null;
}

import type { ToolSpec } from '../core/model.ts';
import { at, balancedEnd, isRecord, parseJson, parseLoosely, stringAt } from './json.ts';

export type TextCall = { readonly name: string; readonly input: Readonly<Record<string, unknown>> };
export type TextReply = {
  /** The text without the calls. */
  readonly text: string;
  readonly calls: readonly TextCall[];
  /** Why something that was surely meant as a call is none; null when nothing is wrong. */
  readonly broken: string | null;
  /** A call was begun and is not closed. */
  readonly open: boolean;
};

type Found =
  | { readonly kind: 'call'; readonly calls: readonly TextCall[]; readonly start: number; readonly end: number }
  | { readonly kind: 'broken'; readonly because: string; readonly open: boolean };

/**
 * Finds the tool calls that a model printed as text: `<tool_call>{…}</tool_call>`, `<function=x><parameter=y>…`,
 * `[TOOL_CALLS][…]`, and at the end of the text fenced or bare JSON. Only calls of known tools count. Takes any text.
 */
export function parseTextCalls(text: string, tools: readonly ToolSpec[]): TextReply {
  const calls: TextCall[] = [];
  let rest = '';
  let place = 0;
  let broken: Extract<Found, { kind: 'broken' }> | null = null;
  while (tools.length > 0 && broken === null) {
    const mark = /<tool_call>|<function=|\[TOOL_CALLS\]/.exec(text.slice(place));
    if (mark === null) break;
    const start = place + mark.index;
    const found = marked(text, start, mark[0], tools);
    if (found.kind === 'broken') broken = found;
    else {
      calls.push(...found.calls);
      rest += text.slice(place, found.start);
      place = found.end;
    }
  }
  rest += text.slice(place);
  if (calls.length === 0 && broken === null && tools.length > 0) {
    const last = atEnd(rest, tools);
    if (last?.kind === 'call')
      return { text: rest.slice(0, last.start).trim(), calls: last.calls, broken: null, open: false };
    if (last !== null) broken = last;
  }
  // Talking about a mark in a sentence is no call.
  const meant = broken !== null && (calls.length > 0 || broken.open || standsAlone(text));
  return {
    text: rest.trim(),
    calls,
    broken: broken !== null && meant ? broken.because : null,
    open: broken?.open ?? false,
  };
}

const standsAlone = (text: string): boolean => /^[ \t]*(<tool_call>|<function=|\[TOOL_CALLS\])/m.test(text);

function marked(text: string, start: number, mark: string, tools: readonly ToolSpec[]): Found {
  const from = start + mark.length;
  if (mark === '<function=') return functionBlock(text, start, tools);
  if (mark === '<tool_call>') {
    const inner = text.slice(from).search(/\S/) + from;
    if (text.startsWith('<function=', inner)) {
      const found = functionBlock(text, inner, tools);
      return found.kind === 'broken' ? found : { ...found, start, end: afterClose(text, found.end) };
    }
  }
  const opening = /^\s*[{[]/.exec(text.slice(from));
  if (opening === null)
    return { kind: 'broken', because: `there is no JSON after ${mark}.`, open: text.length - from < 2 };
  const begin = from + opening[0].length - 1;
  const close = mark === '<tool_call>' ? text.indexOf('</tool_call>', begin) : -1;
  const end = balancedEnd(text, begin) ?? (close < 0 ? null : close);
  if (end === null) return { kind: 'broken', because: 'its JSON is not closed.', open: true };
  const value = parseLoosely(text.slice(begin, end));
  if (value === undefined) return { kind: 'broken', because: 'its JSON is not valid.', open: false };
  const calls = callsOf(value, tools, false);
  if (typeof calls === 'string') return { kind: 'broken', because: calls, open: false };
  return { kind: 'call', calls, start, end: afterClose(text, end) };
}

function afterClose(text: string, end: number): number {
  const close = /^[\s\]}]*<\/tool_call>/.exec(text.slice(end));
  return end + (close?.[0].length ?? 0);
}

function functionBlock(text: string, start: number, tools: readonly ToolSpec[]): Found {
  const head = /^<function=\s*"?([\w.-]+)"?\s*>/.exec(text.slice(start));
  if (head === null)
    return { kind: 'broken', because: 'its function has no name.', open: !text.slice(start).includes('>') };
  const name = head[1] ?? '';
  const tool = tools.find(spec => spec.name === name);
  if (tool === undefined) return { kind: 'broken', because: noSuchTool(name, tools), open: false };
  const input: Record<string, unknown> = {};
  let place = start + head[0].length;
  for (;;) {
    const parameter = /^\s*<parameter=\s*"?([\w.-]+)"?\s*>\n?/.exec(text.slice(place));
    if (parameter === null) break;
    const from = place + parameter[0].length;
    const end = text.indexOf('</parameter>', from);
    if (end < 0) return { kind: 'broken', because: `its parameter ${parameter[1]} is not closed.`, open: true };
    const key = parameter[1] ?? '';
    input[key] = parameterValue(text.slice(from, end), tool, key);
    place = end + '</parameter>'.length;
  }
  const close = /^\s*<\/function>/.exec(text.slice(place));
  const value = close === null && Object.keys(input).length === 0 ? bodyJson(text, place) : null;
  if (value !== null) return { kind: 'call', calls: [{ name, input: value.input }], start, end: value.end };
  if (close === null) return { kind: 'broken', because: `<function=${name}> is not closed.`, open: true };
  return { kind: 'call', calls: [{ name, input }], start, end: place + close[0].length };
}

/** `<function=x>{"y": 1}</function>`: the arguments as one JSON object. */
function bodyJson(text: string, place: number) {
  const close = text.indexOf('</function>', place);
  const input = close < 0 ? undefined : parseLoosely(text.slice(place, close));
  return isRecord(input) ? { input, end: close + '</function>'.length } : null;
}

/** A text for a string parameter stays as it is, but for the line break before the closing tag; others are JSON. */
function parameterValue(raw: string, tool: ToolSpec, key: string): unknown {
  const type = at(tool.input_schema, 'properties', key, 'type');
  if (type === 'string') return raw.replace(/\r?\n$/, '');
  const value = parseJson(raw.trim());
  return value === undefined ? raw.replace(/\r?\n$/, '') : value;
}

/** Fenced or bare JSON counts only as the last thing that is said: before that it may be an example. */
function atEnd(text: string, tools: readonly ToolSpec[]): Found | null {
  const fence = /```(?:json|tool_call|tool_code)?[ \t]*\r?\n([\s\S]*?)\r?\n?```\s*$/.exec(text);
  if (fence !== null) {
    const calls = callsOf(parseLoosely(fence[1] ?? ''), tools, true);
    return typeof calls === 'string' ? null : { kind: 'call', calls, start: fence.index, end: text.length };
  }
  for (const line of text.matchAll(/^[ \t]*[{[]/gm)) {
    const start = line.index;
    const end = balancedEnd(text, start);
    if (end === null) {
      const begun = text.slice(start).replace(/\s/g, '').replace(/^\[/, '');
      const cut = tools.some(({ name }) => begun.startsWith(`{"name":"${name}"`));
      return cut ? { kind: 'broken', because: 'its JSON is not closed.', open: true } : null;
    }
    if (text.slice(end).replace(/[\s\]}]/g, '') !== '') continue;
    const calls = callsOf(parseLoosely(text.slice(start, end)), tools, true);
    return typeof calls === 'string' ? null : { kind: 'call', calls, start, end: text.length };
  }
  return null;
}

/** The calls that a JSON value stands for, or why it stands for none. `strict`: the arguments must be there. */
function callsOf(value: unknown, tools: readonly ToolSpec[], strict: boolean): readonly TextCall[] | string {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const calls: TextCall[] = [];
  for (const item of items) {
    const call = callOf(item, tools, strict);
    if (typeof call === 'string') return call;
    calls.push(call);
  }
  return calls.length === 0 ? 'it is empty.' : calls;
}

function callOf(item: unknown, tools: readonly ToolSpec[], strict: boolean): TextCall | string {
  const inside = at(item, 'function');
  const body = isRecord(inside) ? inside : item;
  const name = stringAt(body, 'name') ?? stringAt(item, 'function');
  if (name === null) return 'it names no tool.';
  if (!tools.some(tool => tool.name === name)) return noSuchTool(name, tools);
  const given = at(body, 'arguments') ?? at(body, 'parameters') ?? at(item, 'arguments') ?? at(item, 'parameters');
  if (given === undefined && strict) return 'it has no arguments.';
  const input = typeof given === 'string' ? parseLoosely(given) : (given ?? {});
  return isRecord(input) ? { name, input } : `the arguments of ${name} are no object.`;
}

const noSuchTool = (name: string, tools: readonly ToolSpec[]): string =>
  `there is no tool ${name}; there are ${tools.map(tool => tool.name).join(', ')}.`;

/**
 * The call a server refused to parse: its raw text may be a whole call, or only the arguments. Arguments alone belong to
 * the one tool whose required properties they have, and that knows all they have.
 */
export function salvage(raw: string, tools: readonly ToolSpec[]): TextCall | null {
  const value = parseLoosely(raw);
  const call = callOf(value, tools, true);
  if (typeof call !== 'string') return call;
  if (!isRecord(value)) return null;
  const keys = Object.keys(value);
  const fitting = tools.filter(({ input_schema }) => {
    const known = at(input_schema, 'properties');
    const required = at(input_schema, 'required');
    if (!isRecord(known) || !keys.every(key => Object.hasOwn(known, key))) return false;
    return !Array.isArray(required) || required.every(key => keys.includes(String(key)));
  });
  const [only] = fitting;
  return only !== undefined && fitting.length === 1 ? { name: only.name, input: value } : null;
}

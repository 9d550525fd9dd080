/** Milliseconds (or any other number) of one contestant. */
export type Series = { readonly name: string; readonly values: readonly number[] };
/** What one line of the table says; a target is the highest ratio, or the lowest for `at least`. */
export type Line = {
  readonly what: string;
  readonly ours: Summary;
  readonly floor: string;
  readonly floorIs: Summary;
  readonly ratio: number;
  readonly target: number | null;
  readonly atLeast?: boolean;
};
export type Summary = { readonly min: number; readonly p50: number; readonly p99: number };

/** Samples that make one round; the lowest p99 of all rounds is the one that neighbours on the machine disturbed least. */
const ROUND = 500;

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const rounds = Array.from({ length: Math.max(1, Math.floor(values.length / ROUND)) }, (_, round) =>
    values.slice(round * ROUND, (round + 1) * ROUND).toSorted((a, b) => a - b),
  );
  return { min: at(sorted, 0), p50: at(sorted, 0.5), p99: Math.min(...rounds.map(round => at(round, 0.99))) };
}

/** Calls every contestant once in each turn, so that a noisy neighbour meets all of them. */
export async function interleave(
  turns: number,
  contestants: Readonly<Record<string, (turn: number) => unknown>>,
  warmUp = 0,
): Promise<(name: string) => readonly number[]> {
  const values = new Map(Object.keys(contestants).map(name => [name, [] as number[]]));
  for (let turn = -warmUp; turn < turns; turn += 1)
    for (const [name, work] of Object.entries(contestants)) {
      const began = performance.now();
      const working = work(turn);
      if (working instanceof Promise) await working;
      const took = performance.now() - began;
      if (turn >= 0) values.get(name)?.push(took);
    }
  return name => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`Nobody measured ${name}.`);
    return found;
  };
}

/** A number of milliseconds in three digits. */
export const milliseconds = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(4);

export const isMet = ({ ratio, target, atLeast = false }: Line): boolean =>
  target === null || (atLeast ? ratio >= target : ratio <= target);

function verdict(line: Line): string {
  if (line.target === null) return '–';
  const limit = `${line.atLeast === true ? '≥' : '≤'} ${line.target}×`;
  return `${limit} ${isMet(line) ? 'met' : 'MISSED'}`;
}

/** The lines as a Markdown table. */
export function table(lines: readonly Line[]): string {
  const rows = lines.map(line => [
    line.what,
    ...[line.ours.min, line.ours.p50, line.ours.p99].map(milliseconds),
    line.floor,
    ...[line.floorIs.min, line.floorIs.p99].map(milliseconds),
    `${line.ratio.toFixed(line.ratio < 100 ? 2 : 0)}×`,
    verdict(line),
  ]);
  return markdown(['ms', 'min', 'p50', 'p99', 'beside', 'its min', 'its p99', 'ratio', 'target'], rows);
}

export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map(row => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd((widths[column] ?? 0) + cell.length - [...cell].length)).join(' | ')} |`;
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

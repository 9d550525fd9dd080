import { cleanLine, textWidth, toWidth } from './text.ts';

export type Column<Row> = {
  readonly key: keyof Row & string;
  /** Default: the key. */
  readonly title?: string;
  readonly align?: 'left' | 'right';
  /** Columns below which it does not shrink; default 4. */
  readonly min?: number;
  /** Width that it has where there is room; default: its widest cell's in the data. */
  readonly natural?: number;
  /** Its cells are clean lines already, and spaces at their start count. */
  readonly clean?: boolean;
  /** Takes the width that is left over. */
  readonly grow?: boolean;
  /** Left out of a table narrower than this. */
  readonly hide_below?: number;
};
export type PlacedColumn<Row> = {
  readonly key: keyof Row & string;
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly width: number;
  readonly clean: boolean;
};
export type TableLayout<Row> = { readonly columns: readonly PlacedColumn<Row>[]; readonly width: number };

/** A value as the text of a cell: one clean line, empty for null and undefined. */
const cellText = (value: unknown): string => (value === null || value === undefined ? '' : cleanLine(String(value)));

/** A row's text in a column. */
export const cellOf = <Row extends object>(
  row: Row,
  { key, clean }: Pick<PlacedColumn<Row>, 'key' | 'clean'>,
): string => (clean ? String(row[key] ?? '') : cellText(row[key]));

/** Takes columns from the widest that may still give until the sum fits; `widths` and `mins` go by position. */
export function shrink(widths: readonly number[], mins: readonly number[], available: number): readonly number[] {
  const shrunk = [...widths];
  let excess = shrunk.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    let widest = -1;
    shrunk.forEach((width, index) => {
      if (width > (mins[index] ?? 0) && width > (shrunk[widest] ?? 0)) widest = index;
    });
    if (widest < 0) return shrunk;
    shrunk[widest] = (shrunk[widest] ?? 0) - 1;
    excess -= 1;
  }
  return shrunk;
}

/** Names all of a row's fields when no columns are given. */
function columnsOf<Row extends object>(
  data: readonly Row[],
  columns: readonly (Column<Row> | (keyof Row & string))[] | undefined,
): readonly Column<Row>[] {
  if (columns !== undefined) return columns.map(column => (typeof column === 'string' ? { key: column } : column));
  const keys = new Set<keyof Row & string>();
  for (const row of data) for (const key in row) keys.add(key);
  return [...keys].map(key => ({ key }));
}

/** How wide each column is, so that a whole line takes at most `width` columns of the terminal, cell padding included. */
export function tableLayout<Row extends object>(options: {
  readonly data: readonly Row[];
  readonly columns: readonly (Column<Row> | (keyof Row & string))[] | undefined;
  readonly padding: number;
  readonly width: number;
}): TableLayout<Row> {
  const { data, padding, width } = options;
  const columns = columnsOf(data, options.columns).filter(column => width >= (column.hide_below ?? 0));
  const natural = columns.map(column => {
    const title = textWidth(column.title ?? column.key);
    if (column.natural !== undefined) return Math.max(title, column.natural);
    return data.reduce((most, row) => Math.max(most, Math.min(200, textWidth(cellText(row[column.key])))), title);
  });
  const mins = columns.map((column, index) => Math.min(column.min ?? 4, natural[index] ?? 0));
  const available = width - columns.length * padding * 2;
  const fitted = shrink(natural, mins, available);
  const left = Math.max(0, available - fitted.reduce((sum, one) => sum + one, 0));
  const growing = columns.findIndex(column => column.grow === true);
  return {
    width,
    columns: columns.map((column, index) => ({
      key: column.key,
      title: column.title ?? column.key,
      align: column.align ?? 'left',
      clean: column.clean ?? false,
      width: (fitted[index] ?? 0) + (index === growing ? left : 0),
    })),
  };
}

/** One cell with its padding, in exactly its column's width. */
export const cellLine = <Row>(column: PlacedColumn<Row>, text: string, padding: number): string =>
  ' '.repeat(padding) + toWidth(text, column.width, column.align) + ' '.repeat(padding);

export const rowLine = <Row extends object>(layout: TableLayout<Row>, row: Row, padding: number): string =>
  layout.columns.map(column => cellLine(column, cellOf(row, column), padding)).join('');

export const headerLine = <Row>(layout: TableLayout<Row>, padding: number): string =>
  layout.columns.map(column => cellLine(column, column.title, padding)).join('');

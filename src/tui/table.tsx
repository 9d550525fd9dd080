import { Box, Text } from 'ink';
import { createElement, Fragment, type ReactNode, useMemo } from 'react';
import {
  type Column,
  cellLine,
  cellOf,
  headerLine,
  type PlacedColumn,
  rowLine,
  type TableLayout,
  tableLayout,
} from './table-layout.ts';
import { cut, toWidth } from './text.ts';

export type CellProps<Row> = { readonly column: keyof Row & string; readonly row: Row; readonly children: string };
export type TableProps<Row> = {
  readonly data: readonly Row[];
  /** Which fields, in which order; default: all fields of the rows. Pass the same array each time: widths are kept. */
  readonly columns?: readonly (Column<Row> | (keyof Row & string))[];
  /** Spaces on both sides of a cell; default 1. */
  readonly padding?: number;
  readonly header?: (props: { readonly children: string }) => ReactNode;
  /** Draws a cell inside the row's line; `children` is its text, filled to the column. Return `children` for a plain one. */
  readonly cell?: (props: CellProps<Row>) => ReactNode;
  /** Terminal columns for the whole table; default 80. */
  readonly width?: number;
  /** Rows drawn; default all. */
  readonly height?: number;
  /** Index of the first row drawn. */
  readonly offset?: number;
  /** Index of the selected row. */
  readonly selected?: number;
  /** The whole line of a row that is a heading, else null. */
  readonly heading?: (row: Row) => string | null;
  /** One character before the row. */
  readonly mark?: (row: Row) => string;
  /** Rows that are shown only for others. */
  readonly dim?: (row: Row) => boolean;
};

type RowProps<Row> = {
  readonly row: Row;
  readonly gutter: string;
  readonly isSelected: boolean;
  readonly layout: TableLayout<Row>;
  readonly padding: number;
  readonly heading: string | null;
  readonly isDim: boolean;
  readonly cell: TableProps<Row>['cell'];
};

function cells<Row extends object>({ row, layout, padding, cell }: RowProps<Row>): readonly ReactNode[] {
  if (cell === undefined) return [rowLine(layout, row, padding)];
  const draw = (column: PlacedColumn<Row>): ReactNode =>
    cell({ column: column.key, row, children: cellLine(column, cellOf(row, column), padding) });
  return layout.columns.map(draw);
}

/** One whole line in one text node; a style changes only where `cell` asks for it. */
function TableRow<Row extends object>(props: RowProps<Row>) {
  const { gutter, heading, isDim, isSelected, layout, padding } = props;
  if (heading !== null)
    return (
      <Text wrap="truncate" bold={!isDim} dimColor={isDim} inverse={isSelected}>
        {gutter + toWidth(' '.repeat(padding) + heading, layout.width)}
      </Text>
    );
  return (
    <Text wrap="truncate" dimColor={isDim} inverse={isSelected}>
      {gutter}
      {createElement(Fragment, null, ...cells(props))}
    </Text>
  );
}

/** Rows of data as aligned lines; only the rows between `offset` and `offset + height` are drawn. */
export function Table<Row extends object>(props: TableProps<Row>) {
  const { data, columns, padding = 1, width = 80, offset = 0, selected, mark } = props;
  const gutterWidth = selected === undefined && mark === undefined ? 0 : 2;
  const layout = useMemo(
    () => tableLayout({ data, columns, padding, width: width - gutterWidth }),
    [data, columns, padding, width, gutterWidth],
  );
  const visible = data.slice(offset, props.height === undefined ? undefined : offset + props.height);
  const title = cut(' '.repeat(gutterWidth) + headerLine(layout, padding), width);
  const rows = visible.map((row, index) => {
    const isSelected = offset + index === selected;
    const gutter = gutterWidth === 0 ? '' : (isSelected ? '›' : ' ') + toWidth(mark?.(row) ?? '', 1);
    const heading = props.heading?.(row) ?? null;
    const isDim = props.dim?.(row) ?? false;
    return createElement(TableRow<Row>, { row, gutter, isSelected, isDim, layout, padding, heading, cell: props.cell });
  });
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {props.header?.({ children: title }) ?? (
        <Text wrap="truncate" dimColor>
          {title}
        </Text>
      )}
      {createElement(Fragment, null, ...rows)}
    </Box>
  );
}

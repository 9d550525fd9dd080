import stringWidth from 'string-width';

export type Column = { readonly title: string; readonly align?: 'left' | 'right' };

const GAP = '  ';

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? `${space}${text}` : `${text}${space}`;
}

/**
 * Rows as aligned lines of text, the titles first; a column is as wide as its widest cell, measured as a terminal shows it.
 * Cells may be styled. No line ends in spaces.
 */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(column => column.title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map(row => stringWidth(row[index] ?? ''))));
  return all.map(row =>
    columns
      .map((column, index) => pad(row[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
      .join(GAP)
      .trimEnd(),
  );
}

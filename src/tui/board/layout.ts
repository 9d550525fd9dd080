export type BoardSize = { readonly columns: number; readonly rows: number };
export type BoardLayout = {
  /** `rows` counts tasks; the header line comes on top of it. */
  readonly table: { readonly width: number; readonly rows: number };
  /** Null when there is no room or it is closed. `beside` the table, else below it. */
  readonly detail: { readonly width: number; readonly rows: number; readonly beside: boolean } | null;
  /** Lines of the run pane; 0 when there is nothing to show. */
  readonly run: number;
  /** Lines of the message, at least one. */
  readonly message: number;
  /** Lines of the filter and of what is wrong with it. */
  readonly filter: number;
};

/** Project line, next line, table header, key line. */
const FIXED_LINES = 4;
/** Most lines of a message, and its share of the screen. */
const MESSAGE_LINES = 6;
const MESSAGE_SHARE = 1 / 3;
const FILTER_SHARE = 1 / 4;
const BESIDE_FROM = 110;
/** Between the table and the detail pane beside it. */
const GAP = 2;

function runLines(available: number): number {
  if (available >= 28) return 12;
  if (available >= 14) return 6;
  return available >= 8 ? 2 : 0;
}

/** Who gets which part of the screen. The lines add up to the terminal's (or to 7, where it has fewer). */
export function boardLayout(
  size: BoardSize,
  shows: { readonly detail: boolean; readonly run: boolean; readonly message: number; readonly filter: number },
): BoardLayout {
  const columns = Math.max(20, size.columns);
  const filter = Math.min(shows.filter, Math.max(1, Math.floor(size.rows * FILTER_SHARE)));
  const most = Math.min(MESSAGE_LINES, Math.floor(size.rows * MESSAGE_SHARE), size.rows - FIXED_LINES - filter - 1);
  const message = Math.max(1, Math.min(shows.message, most));
  const available = Math.max(1, size.rows - FIXED_LINES - message - filter);
  const run = shows.run ? runLines(available) : 0;
  const left = available - run;
  if (!shows.detail) return { table: { width: columns, rows: left }, detail: null, run, message, filter };
  if (columns >= BESIDE_FROM) {
    const width = Math.floor(columns * 0.42);
    return {
      table: { width: columns - width - GAP, rows: left },
      detail: { width, rows: left + 1, beside: true },
      run,
      message,
      filter,
    };
  }
  const rows = left >= 8 ? Math.min(12, Math.floor(left / 2)) : 0;
  const detail = rows === 0 ? null : { width: columns, rows, beside: false };
  return { table: { width: columns, rows: left - rows }, detail, run, message, filter };
}

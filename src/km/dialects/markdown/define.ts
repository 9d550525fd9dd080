import type { Detection, Dialect, ImportedItem, ImportedPlan, PlanSource, SourceFile } from '../dialect.ts';
import { type Outline, readOutline } from './outline.ts';

type MarkdownDialect = Pick<Dialect, 'name' | 'title' | 'looks_like'> & {
  readonly see: (outline: Outline, file: SourceFile) => Detection;
  readonly take: (outline: Outline) => ImportedPlan;
};

export const NOT_THIS: Detection = { score: 0, because: '' };

/** A dialect of one markdown text, which also reads a folder that holds several of them. */
export function markdownDialect({ name, title, looks_like, see, take }: MarkdownDialect): Dialect {
  const seen = (source: PlanSource): readonly (readonly [SourceFile, Detection])[] =>
    textFiles(source).map(file => [file, see(readOutline(file.text), file)] as const);
  return {
    name,
    title,
    looks_like,
    detect: source => {
      const all = seen(source).filter(([, { score }]) => score > 0);
      const [best] = [...all].sort(([, left], [, right]) => right.score - left.score);
      if (best === undefined) return { score: 0, because: `no ${title}` };
      if (source.kind === 'file') return best[1];
      // A folder is mostly other things: its files have to agree.
      const share = all.length / textFiles(source).length;
      const because = `${best[1].because} in ${all.length === 1 ? best[0].path : `${all.length} files`}`;
      return { score: best[1].score * (share >= 0.5 ? 0.9 : 0.6), because };
    },
    read: source => {
      const files = textFiles(source);
      const [only] = files;
      if (source.kind === 'file')
        return only === undefined ? { items: [], unrecognised: [] } : take(readOutline(only.text));
      const all = seen(source);
      const best = Math.max(0, ...all.map(([, { score }]) => score));
      const read = all.filter(([, { score }]) => score >= 0.3 && score >= best / 2);
      return joined(read.map(([file]) => [file, take(readOutline(file.text))] as const));
    },
  };
}

const textFiles = ({ kind, files }: PlanSource): readonly SourceFile[] =>
  kind === 'file' ? files.slice(0, 1) : files.filter(({ path }) => /\.(?:md|markdown|mdown|txt)$/i.test(path));

/** Plans of several files: a stage for each, and its path in every id, so that two files may use one key. */
function joined(plans: readonly (readonly [SourceFile, ImportedPlan])[]): ImportedPlan {
  const items = plans.flatMap(([{ path }, plan]): readonly ImportedItem[] => {
    const id = (own: string) => `${path}: ${own}`;
    const inner = plan.items.map(
      (item): ImportedItem => ({
        ...item,
        external_id: id(item.external_id),
        parent: item.parent === null ? path : id(item.parent),
        depends_on: item.depends_on.map(id),
        ...(item.related !== undefined && { related: item.related.map(id) }),
        file: path,
      }),
    );
    if (inner.length === 0) return [];
    return [
      {
        external_id: path,
        key: null,
        kind: 'stage',
        title: path,
        status: 'open',
        parent: null,
        depends_on: [],
        line: 1,
        file: path,
      },
      ...inner,
    ];
  });
  const unrecognised = plans.flatMap(([{ path }, plan]) => plan.unrecognised.map(line => ({ ...line, file: path })));
  return { items, unrecognised };
}

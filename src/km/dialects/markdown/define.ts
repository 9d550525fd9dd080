import type { Detection, Dialect, PlanSource, SourceFile } from '../dialect.ts';
import type { MarkdownPlan } from './finish.ts';
import { joinPlans, settlePlan } from './joined.ts';
import { type Outline, readOutline } from './outline.ts';

type MarkdownDialect = Pick<Dialect, 'name' | 'title' | 'looks_like'> & {
  readonly see: (outline: Outline, file: SourceFile) => Detection;
  readonly take: (outline: Outline) => MarkdownPlan;
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
        return only === undefined ? { items: [], unrecognised: [] } : settlePlan(take(readOutline(only.text)));
      const all = seen(source);
      const best = Math.max(0, ...all.map(([, { score }]) => score));
      const read = all.filter(([, { score }]) => score >= 0.3 && score >= best / 2);
      return joinPlans(read.map(([file]) => [file, take(readOutline(file.text))] as const));
    },
  };
}

const textFiles = ({ kind, files }: PlanSource): readonly SourceFile[] =>
  kind === 'file' ? files.slice(0, 1) : files.filter(({ path }) => /\.(?:md|markdown|mdown|txt)$/i.test(path));

/** How well questions are answered; all are means over the questions. */
export type Figures = {
  readonly queries: number;
  /** Share of a question's texts that are among the first five, and ten. */
  readonly recall_5: number;
  readonly recall_10: number;
  /** One divided by the place of the first of them, among a hundred. */
  readonly mrr: number;
  /** Gain by places among ten, beside the best there could be; a text is relevant or it is not. */
  readonly ndcg_10: number;
};

/** Hits that are asked for: beyond them nothing counts. */
export const DEPTH = 100;

/** Figures of one question: the places of its texts, from 1; infinite for one that was not found. */
export function figuresOf(places: readonly number[]): Omit<Figures, 'queries'> {
  const among = (most: number): number => places.filter(place => place <= most).length / places.length;
  const first = Math.min(...places);
  const gain = (all: readonly number[]): number =>
    all.filter(place => place <= 10).reduce((sum, place) => sum + 1 / Math.log2(place + 1), 0);
  return {
    recall_5: among(5),
    recall_10: among(10),
    mrr: first <= DEPTH ? 1 / first : 0,
    ndcg_10: gain(places) / gain(places.map((_, index) => index + 1)),
  };
}

/** Means of the figures of questions. */
export function meanOf(all: readonly Omit<Figures, 'queries'>[]): Figures {
  const mean = (of: (figures: Omit<Figures, 'queries'>) => number): number =>
    Math.round((all.reduce((sum, figures) => sum + of(figures), 0) / Math.max(1, all.length)) * 1e4) / 1e4;
  return {
    queries: all.length,
    recall_5: mean(({ recall_5 }) => recall_5),
    recall_10: mean(({ recall_10 }) => recall_10),
    mrr: mean(({ mrr }) => mrr),
    ndcg_10: mean(({ ndcg_10 }) => ndcg_10),
  };
}

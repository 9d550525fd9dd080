/** Headings by indentation: which suites a line of a report stands in. */
export function outline() {
  let headings: readonly { readonly depth: number; readonly name: string }[] = [];
  const above = (depth: number) => headings.filter(heading => heading.depth < depth);
  return {
    open(depth: number, name: string): void {
      headings = [...above(depth), { depth, name }];
    },
    /** The full name of a test at this indentation. */
    path(depth: number, name: string, from = 0): string {
      headings = above(depth);
      const suites = headings.filter(heading => heading.depth >= from).map(heading => heading.name);
      return [...suites, name].join(' > ');
    },
    clear(): void {
      headings = [];
    },
  };
}

// Names that somebody may have meant: few letters away, or containing what was written.

/** The nearest few, best first; none when nothing is near. */
export function nearNames(word: string, names: readonly string[], most = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const limit = Math.max(2, Math.floor(word.length / 4));
  return names
    .map((name) => ({ name, distance: nearness(wanted, name.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .slice(0, most)
    .map(({ name }) => name);
}

/** ", did you mean x, y?" or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const near = nearNames(word, names);
  return near.length === 0 ? "" : `; did you mean ${near.join(", ")}?`;
}

function nearness(word: string, name: string, limit: number): number {
  // A part of a name is as good as a small mistake; short parts fit everywhere.
  if (word.length > 3 && name.includes(word)) return 1;
  return Math.abs(word.length - name.length) > limit ? limit + 1 : editDistance(word, name);
}

/** Letters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}

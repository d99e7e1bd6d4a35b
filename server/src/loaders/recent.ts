// Answers of the disk that are asked for on every keystroke and for each of a
// thousand files in a row, remembered for a moment.

/** Long enough for a batch of files in one folder, too short for a person to notice. */
const lifetimeMs = 500;

const answers = new Map<string, { readonly until: number; readonly value: unknown }>();

export function recent<T>(key: string, make: () => T): T {
  const now = performance.now();
  const known = answers.get(key);
  if (known !== undefined && known.until > now) return known.value as T;
  if (answers.size > 1000) answers.clear();
  const value = make();
  answers.set(key, { until: now + lifetimeMs, value });
  return value;
}

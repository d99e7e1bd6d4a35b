// Tells BPF C from other C by its text alone, so that the thousands of ordinary C files
// in a kernel tree cost nothing: no preprocessing, no parse, an empty list at once.

const mark = /\bSEC\s*\(|\b__ksym\b/;

/** True when the text could declare a program, a map or a kfunc. */
export function looksLikeBpf(text: string): boolean {
  return mark.test(text);
}

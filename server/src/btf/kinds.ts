// How BTF encodes types: numbers of the kinds and what follows each `struct btf_type` (include/uapi/linux/btf.h).

export const kinds = {
  void: 0,
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  funcProto: 13,
  var: 14,
  datasec: 15,
  float: 16,
  declTag: 17,
  typeTag: 18,
  enum64: 19,
} as const;

export const kindNames: readonly string[] = Object.keys(kinds);

/** Words (4 bytes) that follow the three of `struct btf_type`: `fixed`, and `each` for every one of its vlen elements. */
export interface KindLayout {
  readonly fixed: number;
  readonly each: number;
}

/** By kind. A FUNC keeps its linkage where others count elements. */
export const knownLayouts: readonly KindLayout[] = kindNames.map((name) => ({
  fixed: { int: 1, array: 3, var: 1, declTag: 1 }[name] ?? 0,
  each: { struct: 3, union: 3, enum: 2, funcProto: 2, datasec: 3, enum64: 3 }[name] ?? 0,
}));

// Before Linux 7.3 a kind had five bits and the length sixteen; the bits between were zero.
export const kindOf = (info: number): number => (info >>> 24) & 0x7f;
export const lengthOf = (info: number): number => info & 0xffffff;
export const flagOf = (info: number): boolean => info >>> 31 === 1;

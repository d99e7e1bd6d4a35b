// Typedefs everybody uses, for files whose vmlinux.h or linux/types.h is not there.
// Asked only for names that nothing in the unit declares.
import { SourceFile } from "../base/source.ts";
import { TokenDeclaration } from "./declaration.ts";
import { DeclarationGroup } from "./declaration-group.ts";
import { lex } from "./lexer.ts";
import type { PpToken } from "./pp-token.ts";

const text = `
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef _Bool bool;
typedef unsigned long __kernel_ulong_t;
typedef long __kernel_long_t;
typedef __kernel_ulong_t __kernel_size_t;
typedef __kernel_size_t size_t;
typedef long ssize_t;
typedef long ptrdiff_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef unsigned char uchar;
typedef unsigned int uint;
typedef unsigned short ushort;
typedef unsigned long ulong;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int gfp_t;
typedef unsigned int fmode_t;
typedef unsigned short umode_t;
typedef unsigned int dev_t;
typedef long long loff_t;
typedef long long ktime_t;
typedef long long time64_t;
typedef unsigned long long sector_t;
typedef int key_serial_t;
typedef unsigned short sa_family_t;
typedef __builtin_va_list va_list;
typedef struct { int counter; } atomic_t;
typedef struct { long long counter; } atomic64_t;
typedef struct { uid_t val; } kuid_t;
typedef struct { gid_t val; } kgid_t;
`;

let group: DeclarationGroup | undefined;

export function builtinDeclarations(): DeclarationGroup {
  group ??= make();
  return group;
}

function make(): DeclarationGroup {
  const made = new DeclarationGroup();
  const file = new SourceFile("<built-in>", text);
  let tokens: PpToken[] = [];
  let depth = 0;
  for (const token of lex(file)) {
    tokens.push(token);
    if (token.text === "{") depth++;
    else if (token.text === "}") depth--;
    else if (token.text === ";" && depth === 0) {
      made.add(new TokenDeclaration(tokens, file, false));
      tokens = [];
    }
  }
  return made;
}

// Small things every kernel developer expects to be there.
import type { MacroTable } from "./table.ts";

export const kernelMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
__packed __attribute__((packed))
__noreturn __attribute__((noreturn))
__must_check __attribute__((warn_unused_result))
fallthrough __attribute__((fallthrough))
__bitwise
__user
__kernel
__rcu
__percpu
__iomem
__force
__init
__read_mostly
static_assert(condition, ...) _Static_assert(condition, "")
LINUX_VERSION_CODE 0x7fffffff
`,
  },
  {
    use: "expression",
    text: `
ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))
ACCESS_ONCE(x) (*(volatile typeof(x) *)&(x))
BIT(n) (1UL << (n))
BIT_ULL(n) (1ULL << (n))
GENMASK(high, low) ((~0UL << (low)) & (~0UL >> (63 - (high))))
min(a, b) ((a) < (b) ? (a) : (b))
max(a, b) ((a) > (b) ? (a) : (b))
MIN(a, b) ((a) < (b) ? (a) : (b))
MAX(a, b) ((a) > (b) ? (a) : (b))
min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
clamp(value, low, high) ((value) < (low) ? (low) : (value) > (high) ? (high) : (value))
round_up(x, n) (((x) + (n) - 1) / (n) * (n))
round_down(x, n) ((x) / (n) * (n))
div_round_up(x, n) (((x) + (n) - 1) / (n))
DIV_ROUND_UP(x, n) (((x) + (n) - 1) / (n))
IS_ERR(pointer) ((unsigned long)(pointer) >= (unsigned long)-4095)
IS_ERR_OR_NULL(pointer) (!(pointer) || (unsigned long)(pointer) >= (unsigned long)-4095)
IS_ERR_VALUE(value) ((unsigned long)(value) >= (unsigned long)-4095)
PTR_ERR(pointer) ((long)(pointer))
ERR_PTR(error) ((void *)(long)(error))
BUILD_BUG_ON(condition) ((void)sizeof(char[1 - 2 * !!(condition)]))
struct_size_t(type, member, count) (sizeof(type) + (count) * sizeof(*((type *)0)->member))
struct_size(pointer, member, count) (sizeof(*(pointer)) + (count) * sizeof(*(pointer)->member))
`,
  },
];

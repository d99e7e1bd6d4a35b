// Typedefs and constants everybody uses, for files whose vmlinux.h or uapi headers
// are not there. Asked only for names that nothing in the unit declares or defines,
// so they never get in the way of the real ones. The kernel's opaque structs have
// their size and alignment: offsets of what stands behind them depend on it. Constants that are macros in the
// kernel's headers are enumerators here: as names they parse anywhere. Numbers are
// those of x86.
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
struct bpf_spin_lock { __u32 words[1]; };
struct bpf_refcount { __u32 words[1]; };
struct bpf_timer { __u64 words[2]; };
struct bpf_task_work { __u64 words[1]; };
struct bpf_wq { __u64 words[2]; };
struct bpf_dynptr { __u64 words[2]; };
struct bpf_list_head { __u64 words[2]; };
struct bpf_list_node { __u64 words[3]; };
struct bpf_rb_root { __u64 words[2]; };
struct bpf_rb_node { __u64 words[4]; };
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
typedef struct { void *lock; } class_rcu_t;
enum {
  EPERM = 1,
  ENOENT = 2,
  ESRCH = 3,
  EINTR = 4,
  EIO = 5,
  ENXIO = 6,
  E2BIG = 7,
  ENOEXEC = 8,
  EBADF = 9,
  ECHILD = 10,
  EAGAIN = 11,
  ENOMEM = 12,
  EACCES = 13,
  EFAULT = 14,
  EBUSY = 16,
  EEXIST = 17,
  EXDEV = 18,
  ENODEV = 19,
  ENOTDIR = 20,
  EISDIR = 21,
  EINVAL = 22,
  ENFILE = 23,
  EMFILE = 24,
  EFBIG = 27,
  ENOSPC = 28,
  ESPIPE = 29,
  EROFS = 30,
  EPIPE = 32,
  EDOM = 33,
  ERANGE = 34,
  EDEADLK = 35,
  ENAMETOOLONG = 36,
  ENOSYS = 38,
  ENOTEMPTY = 39,
  ELOOP = 40,
  EWOULDBLOCK = 11,
  ENOMSG = 42,
  EUNATCH = 49,
  ENODATA = 61,
  ETIME = 62,
  EBADMSG = 74,
  EOVERFLOW = 75,
  EILSEQ = 84,
  EUSERS = 87,
  EMSGSIZE = 90,
  EPROTONOSUPPORT = 93,
  ESOCKTNOSUPPORT = 94,
  EOPNOTSUPP = 95,
  ENOTSUPP = 524,
  EAFNOSUPPORT = 97,
  EADDRINUSE = 98,
  ENETDOWN = 100,
  ENETUNREACH = 101,
  ECONNRESET = 104,
  ENOBUFS = 105,
  EISCONN = 106,
  ENOTCONN = 107,
  ETIMEDOUT = 110,
  ECONNREFUSED = 111,
  EALREADY = 114,
  EINPROGRESS = 115,
  ESTALE = 116,
  ECANCELED = 125,
  ETH_ALEN = 6,
  ETH_HLEN = 14,
  ETH_P_IP = 0x0800,
  ETH_P_ARP = 0x0806,
  ETH_P_8021Q = 0x8100,
  ETH_P_8021AD = 0x88A8,
  ETH_P_IPV6 = 0x86DD,
  ETH_P_ALL = 0x0003,
  AF_UNSPEC = 0,
  AF_UNIX = 1,
  AF_INET = 2,
  AF_INET6 = 10,
  AF_NETLINK = 16,
  SOCK_STREAM = 1,
  SOCK_DGRAM = 2,
  SOCK_RAW = 3,
  IPPROTO_IP = 0,
  IPPROTO_HOPOPTS = 0,
  IPPROTO_ICMP = 1,
  IPPROTO_IPIP = 4,
  IPPROTO_TCP = 6,
  IPPROTO_UDP = 17,
  IPPROTO_IPV6 = 41,
  IPPROTO_ROUTING = 43,
  IPPROTO_FRAGMENT = 44,
  IPPROTO_GRE = 47,
  IPPROTO_ICMPV6 = 58,
  IPPROTO_NONE = 59,
  IPPROTO_DSTOPTS = 60,
  SOL_SOCKET = 1,
  SOL_TCP = 6,
  SOL_IP = 0,
  SOL_IPV6 = 41,
  SO_REUSEADDR = 2,
  SO_SNDBUF = 7,
  SO_RCVBUF = 8,
  SO_KEEPALIVE = 9,
  SO_PRIORITY = 12,
  SO_REUSEPORT = 15,
  SO_BINDTODEVICE = 25,
  SO_MARK = 36,
  TCP_NODELAY = 1,
  TCP_CONGESTION = 13,
  TCP_CA_NAME_MAX = 16,
  TC_ACT_UNSPEC = (-1),
  TC_ACT_OK = 0,
  TC_ACT_RECLASSIFY = 1,
  TC_ACT_SHOT = 2,
  TC_ACT_PIPE = 3,
  TC_ACT_STOLEN = 4,
  TC_ACT_REDIRECT = 7,
  IFNAMSIZ = 16,
  PATH_MAX = 4096,
  PAGE_SIZE = 4096,
  PAGE_SHIFT = 12,
  CLOCK_REALTIME = 0,
  CLOCK_MONOTONIC = 1,
  CLOCK_BOOTTIME = 7,
  NUMA_NO_NODE = (-1),
  MAX_ERRNO = 4095,
  TASK_COMM_LEN = 16,
  PF_IDLE = 0x00000002,
  PF_EXITING = 0x00000004,
  PF_IO_WORKER = 0x00000010,
  PF_WQ_WORKER = 0x00000020,
  PF_KTHREAD = 0x00200000,
  NSEC_PER_SEC = 1000000000L,
  NSEC_PER_MSEC = 1000000L,
  NSEC_PER_USEC = 1000L,
  USEC_PER_SEC = 1000000L,
  MSEC_PER_SEC = 1000L,
  CAP_NET_ADMIN = 12,
  CAP_SYS_ADMIN = 21,
  CAP_PERFMON = 38,
  CAP_BPF = 39,
  O_RDONLY = 0,
  O_WRONLY = 1,
  O_RDWR = 2,
  MAX_BPF_STACK = 512,
  BPF_F_TEST_STATE_FREQ = (1U<<3),
  BPF_F_STRICT_ALIGNMENT = (1U<<0),
  BPF_F_ANY_ALIGNMENT = (1U<<1),
  BPF_F_TEST_RND_HI32 = (1U<<2),
  U8_MAX = ((__u8)~0U),
  U16_MAX = ((__u16)~0U),
  U32_MAX = ((__u32)~0U),
  U64_MAX = (~0ULL),
  INT_MAX = 2147483647,
  INT_MIN = (-2147483647 - 1),
  UINT_MAX = 4294967295U,
  LONG_MAX = 9223372036854775807L,
  ULONG_MAX = 18446744073709551615UL,
  LLONG_MAX = 9223372036854775807LL,
  ULLONG_MAX = 18446744073709551615ULL,
  false = 0,
  true = 1,
  BPF_ANY = 0,
  BPF_NOEXIST = 1,
  BPF_EXIST = 2,
  BPF_F_LOCK = 4,
  BPF_F_NO_PREALLOC = 1,
  BPF_F_MMAPABLE = 0x400,
  BPF_F_CURRENT_CPU = 0xffffffffULL,
  BPF_F_CURRENT_NETNS = (-1L),
  BPF_F_INGRESS = 1,
  BPF_LOCAL_STORAGE_GET_F_CREATE = 1,
  BPF_SK_STORAGE_GET_F_CREATE = 1,
  BPF_RB_NO_WAKEUP = 1,
  BPF_RB_FORCE_WAKEUP = 2,
  BPF_RINGBUF_BUSY_BIT = 0x80000000U,
  BPF_OK = 0,
  BPF_DROP = 2,
  BPF_REDIRECT = 7,
  SK_DROP = 0,
  SK_PASS = 1,
  XDP_ABORTED = 0,
  XDP_DROP = 1,
  XDP_PASS = 2,
  XDP_TX = 3,
  XDP_REDIRECT = 4,
  BPF_TCP_ESTABLISHED = 1,
  BPF_TCP_LISTEN = 10,
  SCX_DSQ_GLOBAL = 0x8000000000000001ULL,
  SCX_DSQ_LOCAL = 0x8000000000000002ULL,
  SCX_SLICE_DFL = 20000000,
  SCX_SLICE_INF = (~0ULL),
};
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

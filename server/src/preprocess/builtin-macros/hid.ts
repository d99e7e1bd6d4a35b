// hid_bpf.h and hid_bpf_helpers.h. The report descriptor language (Input, Usage ...)
// is left out: its everyday words would break other code.
import type { MacroTable } from "./table.ts";

export const hidMacros: readonly MacroTable[] = [
  {
    use: "anywhere",
    text: `
HID_BPF_DEVICE_EVENT "struct_ops/hid_device_event"
HID_BPF_RDESC_FIXUP "struct_ops/hid_rdesc_fixup"
HID_MAX_DESCRIPTOR_SIZE 4096
HID_IGNORE_EVENT (-1)
HID_VID_ANY 0
HID_PID_ANY 0
HID_GROUP_ANY 0
HID_GROUP_GENERIC 1
HID_GROUP_MULTITOUCH 2
HID_GROUP_MULTITOUCH_WIN_8 4
BUS_ANY 0
BUS_PCI 1
BUS_USB 3
BUS_BLUETOOTH 5
BUS_I2C 0x18
_cleanup_(function) __attribute__((cleanup(function)))
`,
  },
  {
    use: "declaration",
    text: `
HID_BPF_OPS(name) __attribute__((section(".struct_ops.link"), used)) struct hid_bpf_ops name
HID_BPF_CONFIG(...) union { int ___none; } _device_ids __attribute__((section(".hid_bpf_config"), used))
`,
  },
  {
    use: "expression",
    text: `
HID_DEVICE(bus, group, vendor, product)
hid_set_name(device, text) __builtin_memcpy((device)->name, text, sizeof(text))
`,
  },
];

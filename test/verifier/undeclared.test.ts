// About what stands in a header that was not found nothing is claimed.
import { expect, it } from "vitest";
import { checkText } from "../support/check-text.ts";

it("says nothing of what a lookup in an undeclared map gave", async () => {
  const { diagnostics } = await checkText(`#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include "maps.h"

SEC("xdp")
int inner(struct xdp_md *ctx)
{
	__u32 key = 0;
	void *map = bpf_map_lookup_elem(&by_cpu, &key);

	if (map)
		bpf_map_lookup_elem(map, &key);
	return 0;
}
`);
  expect(diagnostics).toEqual([]);
});

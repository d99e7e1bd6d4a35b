// Debian packages without touching the machine's own package state: an apt configuration
// of its own in the oracle's folder, from which kernels are downloaded and unpacked.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { oracleHome, run } from "./home.ts";

const root = join(oracleHome, "apt");
const configuration = join(root, "apt.conf");
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Suites beyond the machine's own release where kernels are found, oldest first. */
const suites = ["trixie", "trixie-backports", "forky", "sid", "experimental"];

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly bytes: number;
}

/** Prepares the configuration and fetches the package lists. */
export async function refreshLists(): Promise<void> {
  mkdirSync(join(root, "lists", "partial"), { recursive: true });
  mkdirSync(join(root, "cache", "archives", "partial"), { recursive: true });
  writeFileSync(join(root, "status"), "");
  const codename = /^VERSION_CODENAME=(\S+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : "";
  const mirror = "http://deb.debian.org/debian";
  const own =
    codename === undefined
      ? []
      : [
          `deb ${signed}${mirror} ${codename} main`,
          `deb ${signed}${mirror} ${codename}-backports main`,
          `deb ${signed}http://deb.debian.org/debian-security ${codename}-security main`,
        ];
  const lines = [...own, ...suites.map((suite) => `deb ${signed}${mirror} ${suite} main`)];
  writeFileSync(join(root, "sources.list"), `${[...new Set(lines)].join("\n")}\n`);
  writeFileSync(
    configuration,
    [
      "#clear APT::Update::Pre-Invoke;",
      "#clear APT::Update::Post-Invoke;",
      "#clear APT::Update::Post-Invoke-Success;",
      `Dir::Etc::SourceList "${root}/sources.list";`,
      'Dir::Etc::SourceParts "/dev/null";',
      'Dir::Etc::Preferences "/dev/null";',
      'Dir::Etc::PreferencesParts "/dev/null";',
      `Dir::State::Lists "${root}/lists";`,
      `Dir::State::status "${root}/status";`,
      `Dir::Cache "${root}/cache";`,
      'Acquire::Languages "none";',
      'APT::Sandbox::User "root";',
      "",
    ].join("\n"),
  );
  // A suite that has left the archive makes apt-get fail; the others count.
  await run("apt-get", ["-c", configuration, "update", "-qq"], { mayFail: true });
}

/** Every version of every package whose name matches, newest last. */
export async function findPackages(name: RegExp): Promise<readonly Package[]> {
  const searched = await run("apt-cache", ["-c", configuration, "search", "--names-only", "^linux-"]);
  const names = [...searched.stdout.toString().matchAll(/^(\S+) - /gm)].flatMap((match) =>
    name.test(match[1]!) ? [match[1]!] : [],
  );
  if (names.length === 0) return [];
  const shown = (await run("apt-cache", ["-c", configuration, "show", ...new Set(names)])).stdout.toString();
  const ordered: Package[] = [];
  for (const stanza of shown.split("\n\n").filter((text) => text.trim() !== "")) {
    const field = (key: string) => new RegExp(`^${key}: (.*)$`, "m").exec(stanza)?.[1] ?? "";
    const candidate = { name: field("Package"), version: field("Version"), bytes: Number(field("Size")) };
    let at = ordered.length;
    while (at > 0 && (await isNewer(ordered[at - 1]!.version, candidate.version))) at--;
    ordered.splice(at, 0, candidate);
  }
  return ordered;
}

async function isNewer(a: string, b: string): Promise<boolean> {
  const result = await run("dpkg", ["--compare-versions", a, "gt", b], { mayFail: true });
  return result.status === 0;
}

/** Downloads a package and hands its path to `use`; the file is removed afterwards. */
export async function withPackage<T>(
  { name, version }: Package,
  work: string,
  use: (deb: string) => Promise<T>,
): Promise<T> {
  mkdirSync(work, { recursive: true });
  await run("apt-get", ["-c", configuration, "download", "-qq", `${name}=${version}`], { cwd: work });
  const file = (await readdir(work)).find((entry) => entry.startsWith(`${name}_`) && entry.endsWith(".deb"));
  if (file === undefined) throw new Error(`apt-get downloaded no ${name} ${version}`);
  try {
    return await use(join(work, file));
  } finally {
    await rm(join(work, file));
  }
}

const statusFormat = `$\{db:Status-Abbrev}`;

/** Tools that the machine itself must have; missing ones are installed when that is allowed. */
export async function needPackages(names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) {
    const state = await run("dpkg-query", ["-W", "-f", statusFormat, name], { mayFail: true });
    if (!state.stdout.toString().startsWith("ii")) missing.push(name);
  }
  if (missing.length === 0) return;
  const command = ["install", "-y", "-q", "--no-install-recommends", ...missing];
  if (process.getuid?.() !== 0) throw new Error(`packages are missing; as root: apt-get ${command.join(" ")}`);
  await run("apt-get", ["update", "-qq"], { mayFail: true });
  await run("apt-get", command, { env: { DEBIAN_FRONTEND: "noninteractive" } });
}

/** Version of the newest clang-N on offer. */
export async function newestClang(): Promise<number> {
  const listed = await run("apt-cache", ["search", "--names-only", "^clang-[0-9]+$"]);
  const versions = [...listed.stdout.toString().matchAll(/^clang-(\d+) /gm)].map((match) => Number(match[1]));
  if (versions.length === 0) throw new Error("the machine's package lists offer no clang-N (apt-get update?)");
  return Math.max(...versions);
}

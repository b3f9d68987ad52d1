export type Version = [major: number, minor: number, patch: number];

/** Reads an exact version (`2.0.1`, `1.0.0-rc.1`); `null` for a range, a tag or an address. */
export function readExactVersion(text: string): Version | null {
  const [, major, minor, patch] =
    /^v?(\d+)\.(\d+)\.(\d+)(?:-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(text.trim()) ?? [];
  return major === undefined ? null : [Number(major), Number(minor), Number(patch)];
}

/** Whether `version` is before `other`; of two pre-releases neither is. */
export function isBefore(version: Version, other: Version): boolean {
  const place = version.findIndex((number, index) => number !== other[index]);
  return place !== -1 && (version[place] ?? 0) < (other[place] ?? 0);
}

import { readdirSync, readFileSync } from 'node:fs';

export interface GroupMemory {
  /** Resident bytes of each. */
  processes: number[];
  /** Of all of them together. */
  megabytes: number;
}

/** The memory of every living process in a process group, as Linux tells it. */
export function groupMemory(group: number): GroupMemory {
  const sizes = membersOf(group).map(residentBytes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return { processes: sizes, megabytes: Math.round(total / 1e6) };
}

/** `110 + 90 = 200 MB` */
export function describeMemory({ processes, megabytes }: GroupMemory): string {
  return `${processes.map((one) => Math.round(one / 1e6)).join(' + ')} = ${megabytes} MB`;
}

/** The ids of a group's living processes. */
export function membersOf(group: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      // Behind the name in brackets: state, parent, group. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
      const [state, , ofGroup] = (readProc(pid, 'stat')?.split(') ').at(-1) ?? '').split(' ');
      return Number(ofGroup) === group && state !== 'Z';
    });
}

/** The command line of a process; empty when it is gone. */
export function commandOf(pid: number): string {
  return readProc(pid, 'cmdline')?.replaceAll('\0', ' ') ?? '';
}

/** What a process holds in memory; 0 when it is gone. */
export function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readProc(pid, 'status') ?? '')?.[1] ?? 0) * 1024;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findNodeAtLocation, type Node, parseTree, visit } from 'jsonc-parser';
import { type EventFault, parseEvent } from '../rating/parse-event';
import type { RatingEvent } from '../rating/rating-event';
import { UsageFault } from './usage-fault';

export const eventFile = 'assets/event.private.json';

/**
 * Reads the event file of a project as a function will.
 * @throws UsageFault every fault with its line and field
 */
export function checkEventFile(dir: string): void {
  const faults = findEventFaults(dir);
  if (faults.length > 0) throw new UsageFault(faults.join('\n          '));
}

/** What is wrong with the event file of a project; `[]` when a function can read it. */
export function findEventFaults(dir: string): string[] {
  const read = readEventFile(dir);
  return read?.faults ?? [`${eventFile} is missing: it describes the event and its sessions.`];
}

/** The event of a project, or its faults, each with line and field; `null` when there is no file. */
export function readEventFile(dir: string): { event: RatingEvent | null; faults: string[] } | null {
  const file = path.join(dir, eventFile);
  if (!existsSync(file)) return null;
  const text = readFileSync(file, 'utf8');
  const parsed = parseEvent(text);
  const faults = [
    ...(parsed.ok ? [] : parsed.faults.map((fault) => describeFault(fault, text))),
    ...findRepeatedNames(text),
  ];
  return parsed.ok && faults.length === 0 ? { event: parsed.event, faults } : { event: null, faults };
}

// JSON lets the last of two fields with one name win, and says nothing of the other.
function findRepeatedNames(text: string): string[] {
  const objects: Set<string>[] = [];
  const faults: string[] = [];
  visit(text, {
    onObjectBegin: () => void objects.push(new Set()),
    onObjectEnd: () => void objects.pop(),
    onObjectProperty: (name, _offset, _length, line) => {
      if (objects.at(-1)?.has(name))
        faults.push(`${eventFile}, line ${line + 1}: ${name} is there twice. Keep one of them.`);
      objects.at(-1)?.add(name);
    },
  });
  return faults;
}

function describeFault({ path: field, message, fix }: EventFault, text: string): string {
  const line = text.slice(0, findOffset(field, text)).split('\n').length;
  return `${eventFile}, line ${line}: ${field === '' ? '' : `${field} `}${message}. ${fix}`;
}

// A missing field is shown where the object that lacks it begins; text that is no JSON, where reading stopped.
function findOffset(field: string, text: string): number {
  const errors: { offset: number }[] = [];
  const root: Node | undefined = parseTree(text, errors as never);
  if (errors[0]) return errors[0].offset;
  if (!root) return 0;
  const steps = [...field.matchAll(/[^.[\]]+/g)].map(([step]) => (/^\d+$/.test(step) ? Number(step) : step));
  for (let length = steps.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(root, steps.slice(0, length));
    if (node) return node.offset;
  }
  return root.offset;
}

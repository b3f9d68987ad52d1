import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describeProblem, type Problem } from './twilio-problem';

export interface TwimlElement {
  name: string;
  attributes: Record<string, string>;
  children: (TwimlElement | string)[];
}

/** Reads a document as strictly as Twilio does: its `<Response>`, or the one problem that makes it useless. */
export function readTwiml(text: string): TwimlElement | Problem {
  const fault = findFault(text);
  if (fault) return describeProblem(12100, fault);
  let roots: (TwimlElement | string)[];
  try {
    roots = readElements(parser.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    return describeProblem(12100, error instanceof Error ? error.message : 'The document is no XML.');
  }
  const elements = roots.filter((node) => typeof node !== 'string');
  const root = elements[0];
  if (root?.name === 'Response' && elements.length === 1) return root;
  const found = root?.name ?? 'no element';
  return describeProblem(12102, `The document starts with ${found}; TwiML starts with <Response>.`);
}

/** What stands in an element, elements within it apart. */
export function textOf(element: TwimlElement): string {
  return element.children.filter((child) => typeof child === 'string').join('');
}

/** The elements of an element; text between them is a problem that Twilio passes over. */
export function childrenOf(element: TwimlElement, problems: Problem[], inside: string): TwimlElement[] {
  return element.children.flatMap((child) => {
    if (typeof child !== 'string') return [child];
    if (child.trim() !== '')
      problems.push(describeProblem(12200, `Text stands outside ${inside}; Twilio ignores it.`));
    return [];
  });
}

/** Notes attributes that an element does not have. */
export function checkAttributes(element: TwimlElement, known: readonly string[], problems: Problem[]): void {
  for (const attribute of Object.keys(element.attributes)) {
    if (!known.includes(attribute))
      problems.push(describeProblem(12200, `<${element.name}> has no attribute "${attribute}".`));
  }
}

/** GET where an element says so. */
export function methodOf({ attributes }: TwimlElement): 'GET' | 'POST' {
  return attributes.method?.toUpperCase() === 'GET' ? 'GET' : 'POST';
}

function findFault(text: string): string | undefined {
  if (/^\s+<\?xml/.test(text)) return 'White space stands before <?xml: it has to be the very first thing.';
  if (/<!DOCTYPE/i.test(text)) return 'The document has a DOCTYPE; TwiML has none.';
  const valid = XMLValidator.validate(text.replace(/^\uFEFF/, ''));
  if (valid !== true) return `Line ${valid.err.line}: ${valid.err.msg}`;
  const ampersand = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)/i.exec(
    text.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!--[\s\S]*?-->/g, ''),
  );
  return ampersand ? 'An & stands alone: write &amp;.' : undefined;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: '#cdata',
});

// With `preserveOrder` each node is { name: children, ':@': attributes }, texts are { '#text': … }.
function readElements(nodes: unknown): (TwimlElement | string)[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Record<string, unknown>): (TwimlElement | string)[] => {
    if ('#text' in node) return [decodeEntities(String(node['#text']))];
    if ('#cdata' in node) {
      const [content] = node['#cdata'] as { '#text'?: unknown }[];
      return [String(content?.['#text'] ?? '')];
    }
    const name = Object.keys(node).find((key) => key !== ':@');
    if (name === undefined) return [];
    const attributes = Object.entries((node[':@'] ?? {}) as Record<string, unknown>).map(
      ([key, value]): [string, string] => [key, decodeEntities(String(value))],
    );
    return [{ name, attributes: Object.fromEntries(attributes), children: readElements(node[name]) }];
  });
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi, (all, hex, decimal, name) => {
    if (name) return entities[name] ?? all;
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\uFFFD';
  });
}

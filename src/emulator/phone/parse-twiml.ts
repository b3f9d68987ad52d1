import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describeProblem, type Problem } from './twilio-problem';

/** What a document tells Twilio to do, in order. */
export type Instruction =
  | { verb: 'message'; to: string | null; from: string | null; body: string; media: string[] }
  | { verb: 'redirect'; method: 'GET' | 'POST'; url: string };

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: (Element | string)[];
}

const verbAttributes: Record<string, readonly string[]> = {
  Message: ['to', 'from', 'action', 'method', 'statusCallback'],
  Sms: ['to', 'from', 'action', 'method', 'statusCallback'],
  Redirect: ['method'],
};

/**
 * Reads a TwiML document for messaging as strictly as Twilio does. A document that cannot be used gives one problem of
 * level `error` and no instructions.
 * Grammar: https://www.twilio.com/docs/messaging/twiml
 */
export function parseTwiml(text: string): { instructions: Instruction[]; problems: Problem[] } {
  const fault = findFault(text);
  if (fault) return { instructions: [], problems: [describeProblem(12100, fault)] };
  let roots: (Element | string)[];
  try {
    roots = readElements(parser.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    return {
      instructions: [],
      problems: [describeProblem(12100, error instanceof Error ? error.message : 'The document is no XML.')],
    };
  }
  const elements = roots.filter((node) => typeof node !== 'string');
  const root = elements[0];
  if (root?.name !== 'Response' || elements.length > 1) {
    const found = root?.name ?? 'no element';
    return {
      instructions: [],
      problems: [describeProblem(12102, `The document starts with ${found}; TwiML starts with <Response>.`)],
    };
  }
  return readResponse(root);
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
function readElements(nodes: unknown): (Element | string)[] {
  if (!Array.isArray(nodes)) return [];
  return nodes.flatMap((node: Record<string, unknown>): (Element | string)[] => {
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

function readResponse(root: Element): { instructions: Instruction[]; problems: Problem[] } {
  const instructions: Instruction[] = [];
  const problems: Problem[] = [];
  for (const child of root.children) {
    if (typeof child === 'string') {
      if (child.trim() !== '')
        problems.push(describeProblem(12200, 'Text stands outside <Message>; Twilio ignores it.'));
      continue;
    }
    const allowed = verbAttributes[child.name];
    if (!allowed) {
      problems.push(
        describeProblem(
          14110,
          `<${child.name}> is no verb of messaging: there are Message, Redirect and Sms.`,
        ),
      );
      continue;
    }
    for (const attribute of Object.keys(child.attributes)) {
      if (!allowed.includes(attribute)) {
        problems.push(describeProblem(12200, `<${child.name}> has no attribute "${attribute}".`));
      }
    }
    if (child.name === 'Redirect') {
      instructions.push({
        verb: 'redirect',
        method: child.attributes.method?.toUpperCase() === 'GET' ? 'GET' : 'POST',
        url: textOf(child).trim(),
      });
      // Verbs after <Redirect> are unreachable: https://www.twilio.com/docs/messaging/twiml/redirect
      break;
    }
    instructions.push(readMessage(child, problems));
  }
  return { instructions, problems };
}

function readMessage(element: Element, problems: Problem[]): Instruction {
  let body = '';
  const media: string[] = [];
  let hasBodyElement = false;
  for (const child of element.children) {
    if (typeof child === 'string') continue;
    if (child.name === 'Body') {
      body += textOf(child);
      hasBodyElement = true;
    } else if (child.name === 'Media') media.push(textOf(child).trim());
    else
      problems.push(
        describeProblem(12200, `<${child.name}> inside <Message>: only Body and Media are known there.`),
      );
  }
  const { to = null, from = null } = element.attributes;
  return { verb: 'message', to, from, body: hasBodyElement ? body : textOf(element).trim(), media };
}

function textOf(element: Element): string {
  return element.children.filter((child) => typeof child === 'string').join('');
}

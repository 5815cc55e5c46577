import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { UnreadableFile } from '../domain/bank-line.js';

/** Deepest nesting of a bank's file: ISO 20022 itself needs about fifteen. */
const deepest = 40;

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseAttributeValue: false,
  parseTagValue: false,
  processEntities: false,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  trimValues: true,
});

/** An element of a file: its children by name, its text under `#text`, its attributes behind an `@`. */
export type Element = Readonly<Record<string, unknown>>;

/** Reads a bank's XML. Entities and document types are refused, not followed. @throws UnreadableFile */
export function readXml(text: string): Element {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new UnreadableFile('document types and entities are not read');
  requireShallow(text);
  const parsed = parse(text);
  if (!isElement(parsed)) throw new UnreadableFile('the file holds no element');
  return parsed;
}

function parse(text: string): unknown {
  let valid = false;
  try {
    valid = XMLValidator.validate(text) === true;
    if (valid) return parser.parse(text);
  } catch {
    // The parser has refusals of its own, such as names that are dangerous to use.
  }
  throw new UnreadableFile(valid ? 'the file is no XML that is read here' : 'the file is no well-formed XML');
}

/** Refuses what is nested without end before a parser builds it. One pass over the text, whatever it holds. */
function requireShallow(text: string): void {
  let depth = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    const closing = text.startsWith('</', at);
    const end = endOfMarkup(text, at);
    const opens = !closing && !text.startsWith('<!', at) && !text.startsWith('<?', at) && text[end - 2] !== '/';
    depth += closing ? -1 : opens ? 1 : 0;
    if (depth > deepest) throw new UnreadableFile(`elements lie in one another more than ${deepest} deep`);
    at = end;
  }
}

const spans = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;

/** Where a tag, comment, section or instruction that begins here is over. */
function endOfMarkup(text: string, start: number): number {
  for (const [open, close] of spans) if (text.startsWith(open, start)) return after(text, close, start + open.length);
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === '>') return at + 1;
    if (character === '"' || character === "'") at = after(text, character, at + 1) - 1;
  }
  throw new UnreadableFile('the file is no well-formed XML');
}

function after(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  if (found === -1) throw new UnreadableFile('the file is no well-formed XML');
  return found + what.length;
}

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null && !Array.isArray(value);

/** All elements of one name, in their order. An empty element is none. */
export function all(element: Element | undefined, ...path: readonly string[]): Element[] {
  const [name, ...rest] = path;
  if (element === undefined || name === undefined) return [];
  const value = element[name];
  const here = (Array.isArray(value) ? value : [value]).flatMap((each) => (isElement(each) ? [each] : []));
  return rest.length === 0 ? here : here.flatMap((each) => all(each, ...rest));
}

/** The first element at a path. */
export const first = (element: Element | undefined, ...path: readonly string[]): Element | undefined => all(element, ...path)[0];

/** The text at a path, or null. */
export function textAt(element: Element | undefined, ...path: readonly string[]): string | null {
  const name = path.at(-1) ?? '';
  const parent = path.length > 1 ? first(element, ...path.slice(0, -1)) : element;
  const value = parent?.[name];
  const [single] = Array.isArray(value) ? value : [value];
  const text = isElement(single) ? single['#text'] : single;
  return typeof text === 'string' && text !== '' ? unescapeXml(text) : null;
}

const predefined: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' };
const unescapeXml = (text: string): string => text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => predefined[entity] ?? entity);

/** Text that is markup already: put into other markup, it stays what it is. */
export class Markup {
  readonly #text: string;

  /** @param text - trusted as it is; whatever comes from a result has to go through {@link html} */
  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What markup is made of: text and numbers are escaped, lists are joined, what is not there is not there. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/** Template tag for markup. Every value is escaped for text and for quoted attributes, unless it is markup. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(String.raw({ raw: parts }, ...values.map(write)));
}

/** Gives an element whose text is no markup and not escaped: it must not have its own end in it. */
export function rawElement(name: 'script' | 'style', text: string): Markup {
  return new Markup(`<${name}>${text}</${name}>`);
}

/** Gives data as JSON for the scripts of the page. */
export function dataElement(data: unknown): Markup {
  const json = JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
  return new Markup(`<script type="application/json">${json}</script>`);
}

function write(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.toString();
  if (typeof content === 'object') return content.map(write).join('');
  return String(content).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

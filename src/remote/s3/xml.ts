/** The little of XML that S3 answers with: elements without attributes that matter, and text. */

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Content of every element of a name that lies directly in some XML, or anywhere below it. */
export function elementsOf(xml: string, name: string): string[] {
  const pattern = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, "g");
  return Array.from(xml.matchAll(pattern), (match) => match[1]);
}

/** Text of the first element of a name; empty where there is none. */
export function textOf(xml: string, name: string): string {
  return unescape(elementsOf(xml, name)[0] ?? "").trim();
}

/** Text as it stands in XML. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[<>&"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/**
 * Makes what a peer sent harmless in a line of a log: no line feed that starts a
 * forged entry, no quote that ends a value, no sequence that drives a terminal.
 */

/** `\xHH` for quotes, backslashes and everything outside printable ASCII, as nginx and Apache do. */
export function escapeQuoted(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    if (!isPlain(text.charCodeAt(i))) {
      return text.replace(/[^ !#-[\]-~]/gu, (char) => hexEscapes(char));
    }
  }
  return text;
}

/** A JSON string literal in ASCII. Octets that are UTF-8 are decoded, others stand for themselves. */
export function jsonString(text: string): string {
  for (let i = 0; i < text.length; i += 1) {
    if (!isPlain(text.charCodeAt(i))) {
      return jsonEscaped(text);
    }
  }
  return `"${text}"`;
}

/** Remembers the last answer: browsers on one connection, and load generators, repeat themselves. */
export function rememberLast(f: (text: string) => string): (text: string) => string {
  let lastIn = "";
  let lastOut = f("");
  return (text) => {
    if (text !== lastIn) {
      lastOut = f(text);
      lastIn = text;
    }
    return lastOut;
  };
}

/** Printable ASCII but for `"` and `\`. */
function isPlain(code: number): boolean {
  return code >= 0x20 && code < 0x7f && code !== 0x22 && code !== 0x5c;
}

function hexEscapes(char: string): string {
  let escaped = "";
  // Above latin1 stands only what did not come off the wire; escape its octets as UTF-8.
  for (const octet of Buffer.from(char, char <= "\xff" ? "latin1" : "utf8")) {
    escaped += `\\x${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function jsonEscaped(text: string): string {
  return JSON.stringify(decoded(text)).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function decoded(text: string): string {
  if (/[^\x00-\xff]/.test(text)) {
    return text;
  }
  try {
    return utf8.decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}

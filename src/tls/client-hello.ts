/**
 * The first words of a TLS client (RFC 8446 §4.1.2, §5.1; RFC 6066 §3), read before the handshake begins.
 *
 * Node lets a server choose its certificate by name only after OpenSSL has looked for the session to
 * resume, and then changes no more than one certificate. So the name is read here and the handshake
 * begins with all that belongs to the site: its certificates, what it asks of clients, its ticket keys.
 *
 *   TLSPlaintext: type(1)=22 version(2) length(2) fragment
 *   ClientHello:  type(1)=1 length(3) version(2) random(32) session<0..32> suites<2..> compression<1..> extensions<8..>
 *   server_name:  type(2)=0 length(2) list<1..>: name_type(1)=0 name<1..>
 */

export type ClientHello =
  | { readonly type: "hello"; readonly serverName: string | undefined }
  /** So far it may become one. */
  | { readonly type: "partial" }
  /** Plain HTTP; `host` as its Host field says, where that has come. */
  | { readonly type: "http"; readonly host: string | undefined }
  /** Nothing that we understand: whoever speaks TLS may say what is wrong with it. */
  | { readonly type: "other" };

const partial: ClientHello = { type: "partial" };
const other: ClientHello = { type: "other" };

/** The longest handshake message we wait for; browsers' have less than 3,000 octets. */
const longestHello = 32_768;
/** No host has a longer name (RFC 1035 §2.3.4); OpenSSL refuses the handshake of who asks for one. */
const longestName = 255;
/** In how many records it may come: each arrival looks at all of them again. */
const mostRecords = 64;

/** @param bytes - Everything that came so far. */
export function readClientHello(bytes: Uint8Array): ClientHello {
  if (bytes.length === 0) {
    return partial;
  }
  return bytes[0] === 22 ? fromRecords(bytes) : fromText(bytes);
}

function fromText(bytes: Uint8Array): ClientHello {
  const start = Buffer.from(bytes.subarray(0, 8_192)).toString("latin1");
  if (/^[A-Z]{1,20}$/.test(start)) {
    return partial;
  }
  if (!/^[A-Z]{3,20} [!-~]/.test(start)) {
    return other;
  }
  return { type: "http", host: /^host:[ \t]*([!-~]+)[ \t]*\r?$/im.exec(start)?.[1] };
}

/** Puts the handshake message together from records, which a client may cut as it likes. */
function fromRecords(bytes: Uint8Array): ClientHello {
  const fragments: Uint8Array[] = [];
  let have = 0;
  let need = 4;
  for (let at = 0; have < need; ) {
    if (at + 5 > bytes.length) {
      return partial;
    }
    const length = number(bytes, at + 3, 2);
    if (bytes[at] !== 22 || length === 0 || fragments.length === mostRecords) {
      return other;
    }
    const fragment = bytes.subarray(at + 5, at + 5 + length);
    fragments.push(fragment);
    have += fragment.length;
    at += 5 + length;
    if (need === 4 && have >= 4) {
      const head = Buffer.concat(fragments);
      need = 4 + number(head, 1, 3);
      if (head[0] !== 1 || need > longestHello) {
        return other;
      }
    }
  }
  const message = fragments.length === 1 ? (fragments[0] as Uint8Array) : Buffer.concat(fragments);
  return serverNameIn(message.subarray(4, need));
}

function serverNameIn(hello: Uint8Array): ClientHello {
  let at = 34;
  at += 1 + number(hello, at, 1);
  at += 2 + number(hello, at, 2);
  at += 1 + number(hello, at, 1);
  const end = Math.min(hello.length, at + 2 + number(hello, at, 2));
  at += 2;
  while (at + 4 <= end) {
    const type = number(hello, at, 2);
    const length = number(hello, at + 2, 2);
    if (type === 0) {
      return { type: "hello", serverName: hostName(hello.subarray(at + 4, at + 4 + length)) };
    }
    at += 4 + length;
  }
  return { type: "hello", serverName: undefined };
}

/** RFC 6066 §3 knows one type of name, and of that one name. */
function hostName(list: Uint8Array): string | undefined {
  const length = number(list, 3, 2);
  if (length > longestName) {
    return undefined;
  }
  const name = Buffer.from(list.subarray(5, 5 + length))
    .toString("latin1")
    .toLowerCase();
  return list[2] === 0 && name !== "" ? name : undefined;
}

/** Octets that are not there count as 0: what is cut short names no host. */
function number(bytes: Uint8Array, at: number, octets: number): number {
  let value = 0;
  for (let index = at; index < at + octets; index += 1) {
    value = value * 256 + (bytes[index] ?? 0);
  }
  return value;
}

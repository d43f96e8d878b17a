// The values of the kernel's constants, by personality.

export interface Constants {
  /** Value on a personality; undefined when no header has the name. */
  value(name: string, abi: string): bigint | undefined;
  /** Names of a header that begin with a prefix, by value. */
  matching(header: string, prefix: string): string[];
}

type Values = Record<string, number | string>;

export function loadConstants(data: (name: string) => string): Constants {
  const headers = JSON.parse(data('constants.json')) as Record<string, Values>;
  const internal = JSON.parse(data('kernel-internal.json')) as Record<string, Values>;
  const extra = JSON.parse(data('extra-constants.json')) as Record<
    string,
    number | string | Record<string, number | string>
  >;
  const arch = JSON.parse(data('constants-arch.json')) as Record<string, Record<string, Values>>;
  const base = new Map<string, bigint>();
  for (const [name, value] of Object.entries(extra)) {
    const own = typeof value === 'object' ? value.x86_64 : value;
    if (own !== undefined) base.set(name, BigInt(own));
  }
  for (const values of [...Object.values(internal), ...Object.values(headers)])
    for (const [name, value] of Object.entries(values)) base.set(name, BigInt(value));
  const own = new Map<string, Map<string, bigint>>();
  for (const [abi, files] of Object.entries(arch)) {
    const map = new Map<string, bigint>();
    for (const values of Object.values(files))
      for (const [name, value] of Object.entries(values)) map.set(name, BigInt(value));
    own.set(abi, map);
  }
  return {
    value: (name, abi) => own.get(abi)?.get(name) ?? base.get(name),
    matching: (header, prefix) => {
      const values = headers[header] ?? internal[header];
      if (!values) throw new Error(`no header ${header}`);
      return Object.entries(values)
        .filter(([name]) => name.startsWith(prefix))
        .sort(([, a], [, b]) => (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0))
        .map(([name]) => name);
    },
  };
}

// Families of generic netlink by number: who knows them is told by the session, for descriptions reach no native code.

/** GENL_ID_CTRL, the family that tells of all others, has a fixed number. */
const FIXED: ReadonlyMap<number, string> = new Map([[0x10, 'nlctrl']]);

let source: (() => ReadonlyMap<number, string>) | undefined;
let families: ReadonlyMap<number, string> | undefined;

/** Names by number come from here, when the first message of generic netlink is printed. */
export function useGenericFamilies(from: () => ReadonlyMap<number, string>): void {
  source = from;
  families = undefined;
}

/** The name of a family; undefined when there is none of that number. */
export function genericFamily(id: number): string | undefined {
  families ??= new Map([...FIXED, ...(source?.() ?? [])]);
  return families.get(id);
}

// Numbers of fields and constants of Perfetto's trace format: protos/perfetto/trace/*.proto.

export const Trace = { packet: 1 } as const;
export const Packet = {
  timestamp: 8,
  sequence: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  trackDescriptor: 60,
} as const;
/** What stands in Packet.sequenceFlags. */
export const SequenceFlag = { Cleared: 1, NeedsState: 2 } as const;
export const Track = { uuid: 1, process: 3, thread: 4, parent: 5 } as const;
export const Process = { pid: 1, name: 6 } as const;
export const Thread = { pid: 1, tid: 2, name: 5 } as const;
export const TrackEvent = {
  categories: 3,
  annotations: 4,
  type: 9,
  name: 10,
  track: 11,
  flows: 47,
  endingFlows: 48,
} as const;
/** What TrackEvent.type is. */
export const EventType = { Begin: 1, End: 2, Instant: 3 } as const;
/** Fields of InternedData; each table counts from 1. */
export const Interned = { categories: 1, names: 2, annotationNames: 3 } as const;
/** Fields of an entry of InternedData. */
export const Entry = { id: 1, text: 2 } as const;
export const Annotation = { nameId: 1, integer: 4, string: 6, name: 10, members: 11, items: 12 } as const;

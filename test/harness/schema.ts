// The schema of events (schema/event.schema.json).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ROOT } from './run.js';

const schema = JSON.parse(readFileSync(join(ROOT, 'schema', 'event.schema.json'), 'utf8')) as object;
const valid = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

/** What of an event does not follow the schema, with the event; undefined when all of it does. */
export const schemaErrors = (event: unknown): string | undefined =>
  valid(event) ? undefined : `${JSON.stringify(event)}\n${JSON.stringify(valid.errors?.slice(0, 3), null, 1)}`;

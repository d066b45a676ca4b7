import * as z from 'zod';

// A schema's `error` here is never a whole sentence: it says what is expected, and refuse() makes
// the sentence.

const namePattern = /^[A-Za-z0-9._:-]{1,128}$/;
const specifierPattern = /^[\x21-\x7e]{1,256}$/;

/** A name, tenant or id. */
export const nameField: z.ZodType<string, string> = z
  .string({ error: '1 to 128 characters of A-Z a-z 0-9 . _ : -' })
  .regex(namePattern);

/** Guest source; its size is checked apart, against the limits of the job. */
export const sourceField: z.ZodType<string, string> = z.string({ error: 'source text' });

/** Source of every module by specifier. */
export const modulesField: z.ZodType<Record<string, string>, Record<string, string>> = z.record(
  z
    .string({ error: 'a specifier of 1 to 256 printable ASCII characters without spaces' })
    .regex(specifierPattern),
  z.string({ error: 'source text' }),
  { error: 'an object of specifier to source' },
);

/** A module or an expression. */
export const sourceTypeField: z.ZodType<'module' | 'expression', 'module' | 'expression'> = z.enum(
  ['module', 'expression'],
  { error: '"module" or "expression"' },
);

/** A whole number in a range; `unit` is for people. */
export function integerField(min: number, max: number, unit: string): z.ZodType<number, number> {
  return z
    .int({ error: `an integer from ${min} to ${max} (${unit})` })
    .min(min)
    .max(max);
}

/** An object that has no keys but those of its shape. */
export function objectField<Shape extends z.core.$ZodShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: 'an object' });
}

import type { CodecCases } from '../shape.cases.ts'
import { textRows } from './text-rows.cases.ts'
import { regclass, regcollation, regconfig, regdictionary, regnamespace, regoper, regoperator, regproc, regprocedure, regrole, regtype } from './object-names.ts'

export const regprocCases: CodecCases<string> = {
  codec: regproc,
  valid: textRows('-', 'now', '4294967295'),
  recorded: [
    ['-', '00000000', '0'],
    ['now', '00000513', '1299'],
    ['4294967295', 'ffffffff', '4294967295'],
  ],
  malformedInRecords: ['', '000000', '0000000000'],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regprocedureCases: CodecCases<string> = {
  codec: regprocedure,
  valid: textRows('-', 'lower(text)'),
  recorded: [
    ['-', '00000000', '0'],
    ['lower(text)', '00000366', '870'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regoperCases: CodecCases<string> = {
  codec: regoper,
  valid: textRows('0', '||/', '4294967295'),
  recorded: [
    ['0', '00000000', '0'],
    ['||/', '00000255', '597'],
    ['4294967295', 'ffffffff', '4294967295'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regoperatorCases: CodecCases<string> = {
  codec: regoperator,
  valid: textRows('0', '+(integer,integer)'),
  recorded: [
    ['0', '00000000', '0'],
    ['+(integer,integer)', '00000227', '551'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regclassCases: CodecCases<string> = {
  codec: regclass,
  valid: textRows('-', 'pg_class', '4294967295'),
  recorded: [
    ['-', '00000000', '0'],
    ['pg_class', '000004eb', '1259'],
    ['4294967295', 'ffffffff', '4294967295'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regcollationCases: CodecCases<string> = {
  codec: regcollation,
  valid: textRows('-', '"C"', '"default"'),
  recorded: [
    ['-', '00000000', '0'],
    ['"C"', '000003b6', '950'],
    ['"default"', '00000064', '100'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regtypeCases: CodecCases<string> = {
  codec: regtype,
  valid: textRows('-', 'integer', 'timestamp with time zone', '"char"', 'integer[]'),
  recorded: [
    ['-', '00000000', '0'],
    ['integer', '00000017', '23'],
    ['timestamp with time zone', '000004a0', '1184'],
    ['"char"', '00000012', '18'],
    ['integer[]', '000003ef', '1007'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regroleCases: CodecCases<string> = {
  codec: regrole,
  valid: textRows('-', 'pg_monitor'),
  recorded: [
    ['-', '00000000', '0'],
    ['pg_monitor', '00000d2d', '3373'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regnamespaceCases: CodecCases<string> = {
  codec: regnamespace,
  valid: textRows('-', 'pg_catalog'),
  recorded: [
    ['-', '00000000', '0'],
    ['pg_catalog', '0000000b', '11'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regconfigCases: CodecCases<string> = {
  codec: regconfig,
  valid: textRows('-', 'simple'),
  recorded: [
    ['-', '00000000', '0'],
    ['simple', '00000ea4', '3748'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

export const regdictionaryCases: CodecCases<string> = {
  codec: regdictionary,
  valid: textRows('-', 'simple'),
  recorded: [
    ['-', '00000000', '0'],
    ['simple', '00000eb5', '3765'],
  ],
  invalid: ['\0', '\ud800', {}, null],
  malformed: [],
}

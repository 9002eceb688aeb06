// The short names: each field of `fixtures/grvt/names.tsv`, which was made from the venue's specification and which our
// own table is held against, is looked up in the tables of the venue's client.

import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { test } from 'node:test'

const FIXTURE = path.resolve(import.meta.dirname, '../../../fixtures/grvt/names.tsv')
const TABLES = path.resolve(import.meta.dirname, 'node_modules/@grvt/client/interfaces/codegen/schema-maps')
/** Not in the client's tables (1.7.0). */
const ONLY_SPECIFIED = ['SubAccount.margin_balance']
/** Not in the specification: what our table has of them is taken from the client. */
const ONLY_KNOWN = [
  ['OrderMetadata', 'is_position_transfer', 'ip'],
  ['OrderMetadata', 'allow_crossing', 'ac'],
  ['Ticker', 'funding_interval_hours', 'fi']
]

test('each short name is one that the client knows', () => {
  const require = createRequire(import.meta.url)
  const tables = new Map()
  for (const file of readdirSync(TABLES).filter((it) => it.endsWith('.js'))) {
    for (const [name, table] of Object.entries(require(path.join(TABLES, file)))) {
      tables.set(plain(name.replace(/_MAP$/, '')), table.FULL_TO_LITE)
    }
  }
  const rows = readFileSync(FIXTURE, 'utf8').split('\n').filter((it) => it !== '' && !it.startsWith('#')).slice(1)
  const known = new Set()
  const unknown = []
  for (const [type, full, lite] of [...rows.map((it) => it.split('\t')), ...ONLY_KNOWN]) {
    const theirs = tables.get(plain(type))
    if (theirs === undefined) {
      continue
    }
    known.add(type)
    const [short] = [theirs[full]].flat()
    if (short === undefined) {
      unknown.push(`${type}.${full}`)
    } else {
      assert.equal(lite, short, `${type}.${full}`)
    }
  }
  assert.deepEqual(unknown, ONLY_SPECIFIED)
  for (const type of ['Order', 'Signature', 'Fill', 'Positions', 'Ticker', 'OrderbookLevels', 'WSOrderFeedDataV1']) {
    assert(known.has(type), type)
  }
})

/** A type's name as both write it. */
function plain (name) {
  return name.replaceAll('_', '').toLowerCase()
}

/** COPY's text format for a driver that leaves it to its user: tab-separated rows, handed over in blocks of about 64 KiB. */
export function* writeCopyText(row: readonly (number | string)[], count: number): Generator<string> {
  const blockChars = 65_536
  let block = ''
  for (let n = 0; n < count; n++) {
    block += row.map(copyField).join('\t') + '\n'
    if (block.length >= blockChars) {
      yield block
      block = ''
    }
  }
  if (block !== '') yield block
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function copyField(value: number | string): string {
  return String(value).replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character)
}

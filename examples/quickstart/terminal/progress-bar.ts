import { Presets, SingleBar } from 'cli-progress'

import { formatNumber } from './format.ts'

/** A progress bar for as long as `run` takes; without a terminal, a line now and then. */
export async function withProgressBar<Result>(
  total: number,
  run: (advance: (count: number) => void) => Promise<Result>,
): Promise<Result> {
  const bar = new SingleBar(
    {
      stream: process.stdout,
      format: '   {bar} {percentage}% · {value} of {total} cities · {duration_formatted}',
      formatValue: (value, _options, type) => (type === 'percentage' ? `${value}` : formatNumber(value)),
      noTTYOutput: true,
      hideCursor: true,
    },
    Presets.shades_classic,
  )
  bar.start(total, 0)
  try {
    return await run((count) => bar.increment(count))
  } finally {
    bar.stop()
  }
}

/** Horizontal bars in groups, two columns of them, readable on light and on dark ground. */
export interface BarGroup {
  readonly title: string
  readonly bars: readonly Bar[]
}

export interface Bar {
  readonly label: string
  readonly value: number
  readonly text: string
  readonly highlighted: boolean
}

const columnWidth = 430
const gap = 40
const labelWidth = 132
const textWidth = 108
const barHeight = 13
const barPitch = 19
const titleHeight = 26
const groupGap = 20
const top = 64

const style = `
    text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #59636e }
    .title { font-size: 16px; font-weight: 600; fill: #1f2328 }
    .group { font-size: 13px; font-weight: 600; fill: #1f2328 }
    .ours { font-weight: 600; fill: #1f2328 }
    rect { fill: #afb8c1 }
    rect.ours { fill: #1f6feb }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1 }
      .title, .group, .ours { fill: #f0f6fc }
      rect { fill: #545d68 }
      rect.ours { fill: #4493f8 }
    }`

export function writeSvg(title: string, subtitle: string, groups: readonly BarGroup[]): string {
  const heights = [top, top]
  const drawn = groups.map((group) => {
    const column = (heights[0] ?? top) <= (heights[1] ?? top) ? 0 : 1
    const y = heights[column] ?? top
    heights[column] = y + titleHeight + group.bars.length * barPitch + groupGap
    return drawGroup(group, column * (columnWidth + gap), y)
  })
  const width = 2 * columnWidth + gap
  const height = Math.max(...heights)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}">
  <style>${style}
  </style>
  <text class="title" x="0" y="20">${escape(title)}</text>
  <text x="0" y="40">${escape(subtitle)}</text>
${drawn.join('\n')}
</svg>
`
}

function drawGroup({ title, bars }: BarGroup, x: number, y: number): string {
  const longest = Math.max(...bars.map(({ value }) => value))
  const space = columnWidth - labelWidth - textWidth
  const lines = bars.flatMap(({ label, value, text, highlighted }, n) => {
    const barTop = y + titleHeight + n * barPitch
    const length = Math.max(1, (value / longest) * space)
    const mark = highlighted ? ' class="ours"' : ''
    const baseline = barTop + barHeight - 2
    return [
      `  <text${mark} x="${x + labelWidth - 8}" y="${baseline}" text-anchor="end">${escape(label)}</text>`,
      `  <rect${mark} x="${x + labelWidth}" y="${barTop}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
      `  <text${mark} x="${(x + labelWidth + length + 6).toFixed(1)}" y="${baseline}">${escape(text)}</text>`,
    ]
  })
  return [`  <text class="group" x="${x}" y="${y + 14}">${escape(title)}</text>`, ...lines].join('\n')
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

import { useResizeObserver } from '@vueuse/core'
import type { EChartsOption } from 'echarts'
import type { EChartsType } from 'echarts/core'
import { onBeforeUnmount, onMounted, watch, type ShallowRef } from 'vue'
import { useTheme } from './theme.ts'

/**
 * The life of a chart within a frame: it is loaded with the first one, and drawn anew whenever what it shows, the theme or the room for
 * it changes. `option` reads colours and fonts off the frame.
 */
export function useChart(frame: Readonly<ShallowRef<HTMLElement | null>>, shows: () => unknown, option: (frame: HTMLElement) => EChartsOption): void {
  const { theme } = useTheme()
  let chart: EChartsType | undefined
  let gone = false

  function draw() {
    if (chart && frame.value) chart.setOption({ animation: false, ...option(frame.value) }, { notMerge: true })
  }

  onMounted(async () => {
    const { init } = await import('./charts.ts')
    if (gone || !frame.value) return
    chart = init(frame.value, null, { renderer: 'svg' })
    draw()
  })
  // Once the page has the colours of the other theme.
  watch(() => [shows(), theme.value], () => requestAnimationFrame(draw), { deep: true })
  useResizeObserver(frame, () => {
    chart?.resize()
    draw()
  })
  onBeforeUnmount(() => {
    gone = true
    chart?.dispose()
    chart = undefined
  })
}

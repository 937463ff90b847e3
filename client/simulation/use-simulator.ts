import { onBeforeUnmount, shallowRef } from 'vue'
import type { BothWays, Simulation, Sweep } from '../../protocol/simulation.ts'
import type { News, Order } from './simulator.worker.ts'

/** Reckoning that one can watch, and stop. One at a time: who begins anew stops what was going on. */
export function useSimulator() {
  let stop: (() => void) | undefined
  /** From 0 to 1; null while nothing is reckoned. */
  const progress = shallowRef<number | null>(null)
  const failed = shallowRef(false)

  /** The news that ends it, or null where it was stopped or could not be done. */
  async function reckon(order: Order, steps: number, from = 0, share = 1): Promise<News | null> {
    const worker = new Worker(new URL('./simulator.worker.ts', import.meta.url), { type: 'module' })
    progress.value = from
    try {
      return await new Promise<News | null>((resolve) => {
        stop = () => resolve(null)
        worker.onerror = () => {
          failed.value = true
          resolve(null)
        }
        worker.onmessage = ({ data }: MessageEvent<News>) => {
          if (data.kind === 'progress') progress.value = from + share * (data.done / steps)
          else resolve(data)
        }
        worker.postMessage(order)
      })
    } finally {
      worker.terminate()
      progress.value = null
    }
  }

  onBeforeUnmount(() => stop?.())
  return {
    progress, failed,
    stop: () => stop?.(),
    /** Of the same years for each set of rules, so that they differ by the rules alone. Null where it was stopped. */
    async simulate(orders: readonly Order[]): Promise<BothWays<Simulation>[] | null> {
      stop?.()
      failed.value = false
      const found: BothWays<Simulation>[] = []
      for (const [index, order] of orders.entries()) {
        const news = await reckon(order, order.runs, index / orders.length, 1 / orders.length)
        if (news?.kind !== 'simulation') return null
        found.push(news.simulation)
      }
      return found
    },
    async sweep(order: Order, parameters: number): Promise<Sweep[] | null> {
      stop?.()
      failed.value = false
      const news = await reckon({ ...order, sweep: true }, parameters)
      return news?.kind === 'sweep' ? news.sweeps : null
    },
  }
}

import type { TaskStage } from '../../protocol/tasks.ts'
import type { Sheet } from '../issuing/workbook.ts'
import type { ListedTask } from './reading.ts'

const stageNames: Record<TaskStage, string> = {
  assigned: 'Chờ nhận', handedBack: 'Trả lại', accepted: 'Đã nhận', inProgress: 'Đang thực hiện', reported: 'Chờ xác nhận', closed: 'Hoàn thành',
  cancelled: 'Thu hồi',
}

/** Tasks as a table for the office, in the order that they were listed in. */
export function taskSheet(tasks: readonly ListedTask[]): Sheet {
  return {
    name: 'Nhiệm vụ',
    columns: [
      { title: 'STT', width: 6 }, { title: 'Nhiệm vụ', width: 60 }, { title: 'Chủ trì', width: 32 }, { title: 'Phối hợp', width: 32 },
      { title: 'Sản phẩm', width: 36 }, { title: 'Hạn', width: 12 }, { title: 'Tình trạng', width: 18 }, { title: 'Quá hạn', width: 10 },
      { title: 'Tiến độ (%)', width: 12 }, { title: 'Từ lúc', width: 20 }, { title: 'Cơ quan giao', width: 32 },
    ],
    rows: tasks.map((task, index) => [
      index + 1, task.what, task.lead.name, task.coUnits.join('; ') || null, task.product, task.dueOn.split('-').toReversed().join('/'),
      stageNames[task.stage], task.late ? 'Quá hạn' : null, task.percent, new Date(task.since), task.body.name,
    ]),
  }
}

import { sendChat } from '../../protocol/chat.ts'
import type { MountCommand } from '../platform/socket.ts'
import type { Chat } from './chat.ts'

export function mountChatLive(command: MountCommand, chat: Chat): void {
  command(sendChat, async ({ input: { meetingId, ...message }, caller }) => {
    await chat.send(meetingId, caller, message)
    return {}
  })
}

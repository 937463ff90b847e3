/**
 * `conflict`: somebody else saved meanwhile; nothing more is sent until the editor has been told what to keep.
 * `refused`: the server does not take it as it is; sent again once it was changed. `invalid`: it is not sent as it is.
 */
export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'refused' | 'conflict' | 'invalid'

/** `order`: only for who presides; `agenda`: where it does not stand beside the stage anyway. */
export const panelTabs = ['agenda', 'floor', 'chat', 'delegates', 'documents', 'vote', 'conclusion', 'order'] as const
export type PanelTab = typeof panelTabs[number]

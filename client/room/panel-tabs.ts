export const panelTabs = ['agenda', 'delegates', 'documents', 'vote'] as const
export type PanelTab = typeof panelTabs[number]

/**
 * What Nuxt UI is told at build time: colours by role, and sizes for readers of every age. A touch target is 44 px
 * (`min-h-11`), controls carry the body's 16 px, also on wide windows (`fixed`). The palette itself is in app.css.
 */
export const theme = {
  colors: {
    primary: 'crimson', neutral: 'slate', secondary: 'slate', info: 'sky', success: 'green', warning: 'amber', error: 'red',
  },
  button: {
    slots: { base: 'min-h-11 min-w-11 justify-center font-semibold' },
    variants: {
      size: {
        sm: { base: 'px-3 text-sm' }, md: { base: 'px-3.5 text-base' }, lg: { base: 'px-4 text-base' },
        xl: { base: 'px-5 text-lg min-h-13' },
      },
    },
    compoundVariants: [
      {
        color: 'primary', variant: 'solid',
        class: 'bg-fill text-white hover:bg-fill-strong active:bg-fill-strong disabled:bg-fill aria-disabled:bg-fill',
      },
    ],
    defaultVariants: { size: 'md' },
  },
  input: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  textarea: { slots: { base: 'text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  select: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  selectMenu: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  inputNumber: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  inputDate: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  inputTime: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  inputMenu: { slots: { base: 'min-h-11 text-base' }, defaultVariants: { size: 'lg', fixed: true } },
  formField: {
    slots: { label: 'text-base font-medium', error: 'text-base', hint: 'text-sm', help: 'text-sm' },
    defaultVariants: { size: 'lg' },
  },
  dropdownMenu: { slots: { item: 'min-h-11 items-center' }, defaultVariants: { size: 'xl' } },
  modal: { slots: { title: 'text-xl', description: 'text-base text-default' } },
  // Below the bar at the top, which holds what a person may want to reach at once.
  toaster: { slots: { viewport: 'sm:mt-14' } },
  toast: { slots: { title: 'text-base', description: 'text-base text-default' } },
  alert: { slots: { title: 'text-base', description: 'text-base text-default' } },
  badge: { slots: { base: 'font-semibold' }, defaultVariants: { size: 'lg' } },
  tabs: { slots: { trigger: 'min-h-11 text-base' } },
} as const

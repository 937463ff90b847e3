import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

const node = Object.fromEntries(['process', 'console', 'Buffer', 'URL', 'fetch', 'AbortController', 'setTimeout', 'clearTimeout',
  'setInterval', 'clearInterval', 'setImmediate'].map((name) => [name, 'readonly']))

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'node_modules/', '.cache/', 'client/components.d.ts', 'client/auto-imports.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...vue.configs['flat/essential'],
  {
    // What the code says of itself holds everywhere: no rule is switched off in a comment.
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'smart'],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx', 'hack'] }],
      'no-restricted-syntax': ['error', {
        selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSUnknownKeyword"]',
        message: 'A double cast hides a wrong type: mend the type.',
      }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
    },
  },
  {
    files: ['**/*.vue'],
    // The compiler sees to it that every branch of a computed value answers.
    rules: { 'vue/no-v-html': 'error', 'vue/return-in-computed-property': 'off' },
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    // The compiler knows which names exist, of the browser and of Node.
    files: ['**/*.ts', '**/*.vue'],
    rules: { 'no-undef': 'off' },
  },
  { files: ['**/*.mjs', '**/*.js', '**/*.cjs'], languageOptions: { globals: { ...node, module: 'readonly' } } },
)

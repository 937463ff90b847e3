import js from '@eslint/js'
import vue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

/** What the compiler does not see. Types are its business; layout is left to who writes. */
export default tseslint.config(
  { ignores: ['dist/', 'data/', 'node_modules/', '.cache/', 'test-results/', 'client/components.d.ts', 'client/auto-imports.d.ts'] },
  js.configs.recommended,
  tseslint.configs.recommended,
  vue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      // The type check of templates and scripts knows globals and undefined names.
      'no-undef': 'off',
      // Layout of templates.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off',
      // Optional props are undefined when left out, as their types say.
      'vue/require-default-prop': 'off',
      // Pages have names of one word.
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      // A switch over every case of a union returns on every way; the type check sees to it.
      'vue/return-in-computed-property': 'off',
    },
  },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-empty-object-type': 'off',
      'no-restricted-syntax': ['error', {
        selector: 'TSAsExpression > TSAsExpression > TSUnknownKeyword',
        message: 'Parse or narrow instead of asserting through unknown.',
      }],
    },
  },
  {
    files: ['**/*.ts'],
    rules: { 'max-len': ['error', { code: 160, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true }] },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly', clearTimeout: 'readonly',
      setInterval: 'readonly', clearInterval: 'readonly', Buffer: 'readonly', fetch: 'readonly', AbortSignal: 'readonly', AbortController: 'readonly',
      module: 'readonly', require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    rules: {
      'eqeqeq': ['error', 'always', { null: 'ignore' }],
      'no-console': ['error', { allow: ['warn', 'error'] }],
      'prefer-const': 'error',
      'no-control-regex': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Programs that answer on standard output.
    files: ['server/journal/verify-cli.ts', 'server/secret-ballots/verify-cli.ts', 'server/platform/protocol-docs.ts', 'bench/**', 'setup/**'],
    rules: { 'no-console': 'off' },
  },
)

// The page's script: files that share one scope, in which the type checker looks for names that nobody declares.

export default [
  {
    files: ["**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "script" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "off",
      eqeqeq: "error",
      "no-constant-condition": "error",
      "no-dupe-keys": "error",
      "no-empty": "error",
      "no-eval": "error",
      "no-fallthrough": "error",
      "no-implied-eval": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-unreachable": "error",
      "no-unsafe-optional-chaining": "error",
      "no-use-before-define": "off",
      "no-var": "error",
      "no-unused-vars": ["error", { vars: "local" }],
      "object-shorthand": "error",
      "prefer-const": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "text is set as text" },
        { property: "outerHTML", message: "text is set as text" },
        { property: "insertAdjacentHTML", message: "text is set as text" },
      ],
      "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "WebSocket"],
    },
  },
];

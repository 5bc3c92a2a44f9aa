// The rules by which `fdk validate` and `fdk pack` judge an app (FDK 6.9, as far as they are ESLint's own), all as
// errors. The kit's warnings are errors here too.
const FDK_RULES = {
  "complexity": ["error", 7],
  "handle-callback-err": ["error", "^.*(e|E)rr"],
  "max-nested-callbacks": ["error", 4],
  "no-alert": "error",
  "no-caller": "error",
  "no-debugger": "error",
  "no-empty-function": "error",
  "no-eval": "error",
  "no-process-env": "error",
  "no-unreachable": "error",
  // The kit's ESLint does not look at the names of caught errors.
  "no-unused-vars": ["error", { vars: "local", caughtErrors: "none" }],
  "no-var": "error",
  "require-await": "error",
};
const OWN_RULES = {
  "eqeqeq": "error",
  "no-undef": "error",
  "prefer-const": "error",
};
const SERVER = ["exports", "console", "renderData", "$db", "$request", "$schedule"];
const PAGE = ["app", "document", "navigator", "setTimeout", "window", "FIELDS"];

function globals(names) {
  return Object.fromEntries(names.map((name) => [name, name === "exports" ? "writable" : "readonly"]));
}

module.exports = [
  { ignores: ["coverage/", "config/assets/fields.js"] },
  {
    files: ["server/**/*.js"],
    languageOptions: { ecmaVersion: 2018, sourceType: "script", globals: globals(SERVER) },
    rules: Object.assign({}, FDK_RULES, OWN_RULES),
  },
  {
    files: ["config/assets/**/*.js"],
    languageOptions: { ecmaVersion: 2018, sourceType: "script", globals: globals(PAGE) },
    rules: Object.assign({}, FDK_RULES, OWN_RULES),
  },
  {
    files: ["tests/**/*.js", "vitest.config.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    rules: { "no-unused-vars": "error", "prefer-const": "error", "eqeqeq": "error" },
  },
];

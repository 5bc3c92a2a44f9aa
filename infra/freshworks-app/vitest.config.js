const { defineConfig } = require("vitest/config");

// The platform runs the app's files as scripts: the server's assigns `exports`, and the page's share their top level.
// Here they become modules on the same lines, so that coverage counts them as they are.
const SCRIPTS = [
  [/\/server\/server\.js$/, (code) => `let exports = {}; ${code}\nexport default exports;\n`],
  [/\/config\/assets\/fields\.js$/, (code) => `${code}\nexport { FIELDS };\n`],
  [
    /\/config\/assets\/iparams\.js$/,
    (code) => `import { FIELDS } from "./fields.js"; ${code}\nexport { getConfigs, page, postConfigs, validate };\n`,
  ],
];

const scripts = {
  name: "scripts-of-the-platform",
  enforce: "pre",
  transform(code, id) {
    const found = SCRIPTS.find(([path]) => path.test(id.split("?")[0]));
    return found ? { code: found[1](code), map: null } : undefined;
  },
};

module.exports = defineConfig({
  plugins: [scripts],
  test: {
    include: ["tests/**/*.test.js"],
    // The machines of CI may be busy.
    testTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["server/**/*.js", "config/assets/iparams.js"],
      reporter: ["text", "json-summary"],
      thresholds: { perFile: true, statements: 80, branches: 80, functions: 80, lines: 80 },
    },
  },
});

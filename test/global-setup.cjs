// Tests that start real processes run the built program: build it once, before any test.
const { buildTool } = require('../bin/build-tool.js');

module.exports = async () => buildTool();

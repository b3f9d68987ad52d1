#!/usr/bin/env node
const path = require('node:path');
const { buildTool } = require('./build-tool.js');

process.setSourceMapsEnabled(true);
try {
  buildTool();
} catch (error) {
  if (error.code === 'MODULE_NOT_FOUND') {
    console.error('ringtrue: its packages are not installed. Run: npm ci');
    process.exit(2);
  }
  for (const { location, text } of error.errors ?? [{ text: error.message }]) {
    console.error(`ringtrue: ${location ? `${location.file}:${location.line}: ` : ''}${text}`);
  }
  process.exit(1);
}
require(path.join(__dirname, '..', 'dist', 'tool', 'cli.js'));

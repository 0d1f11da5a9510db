// node --require count-requests.cjs …: says on standard error how many HTTP requests a program has sent.
"use strict";
const { subscribe } = require("node:diagnostics_channel");

let requests = 0;
subscribe("http.client.request.start", () => {
  requests += 1;
});
process.on("exit", () => process._rawDebug(`requests ${requests}`));

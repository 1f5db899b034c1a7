// Run by node with .aside/nodepccc/node_modules: nodepccc reads a processor; JSON on the last line.
// client.js PORT ITEM…
const NodePccc = require("nodepccc");
const [port, ...items] = process.argv.slice(2);
const client = new NodePccc({ silent: true });
setTimeout(() => process.exit(2), 20000);
client.initiateConnection({ host: "127.0.0.1", port: Number(port) }, (error) => {
  if (error) {
    process.exit(1);
  }
  client.addItems(items);
  client.readAllItems((bad, values) => {
    process.stdout.write("\n" + JSON.stringify({ bad, values }), () => process.exit(0));
  });
});

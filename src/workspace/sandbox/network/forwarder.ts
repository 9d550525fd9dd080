/** Where the Node that runs the forwarder is shown inside. */
export const FORWARDER_PLACE = '/run/llmclis-node';
const PORT = 3128;
const ADDRESS = `http://127.0.0.1:${PORT}`;

/** What programs take a proxy's address from; set only when a command has a network. */
export const PROXY_VARIABLES = {
  ...{ HTTP_PROXY: ADDRESS, http_proxy: ADDRESS, HTTPS_PROXY: ADDRESS, https_proxy: ADDRESS, ALL_PROXY: ADDRESS },
  ...{ npm_config_proxy: ADDRESS, npm_config_https_proxy: ADDRESS, CARGO_HTTP_PROXY: ADDRESS, NODE_USE_ENV_PROXY: '1' },
  ...{ NO_PROXY: 'localhost,127.0.0.1,::1', no_proxy: 'localhost,127.0.0.1,::1' },
} as const;

/**
 * The program inside: each connection to its port becomes one HTTP/2 stream on the inherited descriptor, which leads to the proxy
 * outside. HTTP/2 brings the flow control that many connections on one pipe need.
 */
const program = (descriptor: number): string =>
  `
const net = require('net');
const session = require('http2').connect('http://sandbox', {
  createConnection: () => new net.Socket({ fd: ${descriptor}, readable: true, writable: true }),
});
session.on('error', () => process.exit(1)).on('close', () => process.exit(0));
net.createServer({ allowHalfOpen: true }, socket => {
  const stream = session.request({ ':method': 'POST', ':path': '/' }, { endStream: false });
  socket.on('error', () => stream.close()).pipe(stream);
  stream.on('error', () => socket.destroy()).on('close', () => socket.end()).pipe(socket);
}).listen(${PORT}, '127.0.0.1', () => console.log('ready'));
`
    .trim()
    .replaceAll(/\n\s*/g, ' ');

/** Bash that starts the forwarder, waits until it listens, and keeps its descriptor from the command. */
export const startForwarder = (descriptor: number): string =>
  `read -r _ < <(exec ${FORWARDER_PLACE} -e "${program(descriptor).replaceAll(/[\\$`"]/g, '\\$&')}" 2>/dev/null); exec ${descriptor}>&-; `;

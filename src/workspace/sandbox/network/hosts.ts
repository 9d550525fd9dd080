// By its default export: `BlockList` is made when it is read, and such exports are not in the bundle by name.
import net, { type BlockList, isIP } from 'node:net';

/** Where a command wants to go. */
export type Destination = { readonly host: string; readonly port: number };
export type HostRule = { readonly host: string; readonly port: number | null };

/** Ports of a rule that names none. */
const WEB_PORTS = [80, 443];

/** Reads `registry.npmjs.org`, `*.example.com`, `host:8080`, `127.0.0.1:5432` or `[::1]:80`; null when it is none of these. */
export function parseHostRule(text: string): HostRule | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|((?:\*\.)?[a-z0-9._-]+))(?::(\d{1,5}))?$/i.exec(text.trim());
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
  const port = match?.[3] === undefined ? null : Number(match[3]);
  if (host === '' || (port !== null && (port < 1 || port > 65_535))) return null;
  if (match?.[1] !== undefined && isIP(host) !== 6) return null;
  if (host.startsWith('*.') && (isIP(host.slice(2)) !== 0 || host.length < 4)) return null;
  // `1.2.3` and `2130706433` are addresses to some resolvers.
  if (/^[\d.]+$/.test(host) && isIP(host) !== 4) return null;
  return { host, port };
}

const fits = (rule: HostRule, { host, port }: Destination): boolean => {
  // `*.169.254` is no name of a network.
  const named = rule.host.startsWith('*.') ? host.endsWith(rule.host.slice(1)) && isIP(host) === 0 : host === rule.host;
  return named && (rule.port === null ? WEB_PORTS.includes(port) : rule.port === port);
};

/** The first rule that lets a destination pass, or null. */
export const ruleFor = (rules: readonly HostRule[], destination: Destination): HostRule | null =>
  rules.find(rule => fits(rule, destination)) ?? null;

/** Reads `host:port` as it stands in a CONNECT line or a Host header; null when it is neither. */
export function parseDestination(text: string, standard: number): Destination | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '');
  const port = Number(match?.[3] ?? standard);
  return host === '' || port < 1 || port > 65_535 ? null : { host, port };
}

/** Addresses that are no place in the internet: this machine, the networks it stands in, the metadata of a cloud. */
function privateAddresses(): BlockList {
  const list = new net.BlockList();
  const four = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'];
  const more = ['192.0.0.0/24', '192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'];
  const six = ['::/127', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16'];
  const local = ['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'];
  for (const range of [...four, ...more, '224.0.0.0/4', '240.0.0.0/4']) add(list, range, 'ipv4');
  for (const range of [...six, ...local]) add(list, range, 'ipv6');
  return list;
}

function add(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', bits = '0'] = range.split('/');
  list.addSubnet(network, Number(bits), family);
}

/** A test for addresses that only a rule with the literal address may open. `::ffff:a.b.c.d` counts as `a.b.c.d`. */
export function privateAddressTest(): (address: string) => boolean {
  const list = privateAddresses();
  return address => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

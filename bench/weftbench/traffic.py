"""TCP between pods under several policies and, in the same run, across a bridge with one NORMAL flow.

Throughput, round trip of a byte, and connections per second one by one and many at a time; on one node and across nodes.
The runs are short and take turns, so that what else the machine does hits all alike. What counts is the ratio of a run to
the NORMAL flow's of the same round; figures are medians. OVN's ratios on the same switch, across nodes, are the aims there.
"""
import json

from . import normal, pods
from .client import Client, World
from .report import percentile

SECONDS, QUICK_SECONDS, ROUNDS, QUICK_ROUNDS = 0.6, 0.4, 7, 3
PORT, PORTS, CLIENTS = 7100, 8, 32
HERE, THERE = "worker1", "worker2"
BASELINE, POLICIES = "NORMAL flow", ("no policy", "default policy", "20 rules")
ACROSS_NODES = "across nodes"
PATHS = ("same node", ACROSS_NODES)


class Figure:
    """What is measured: how, in what unit, and the bound of its ratio to the baseline that OVN has across nodes."""

    def __init__(self, name, key, unit, arguments, aim, at_most=False):
        self.name, self.key, self.unit, self.arguments, self.aim, self.at_most = name, key, unit, arguments, aim, at_most

    def measure(self, program, source, target, seconds):
        command = [program] + [word.format(address=target.address, seconds=seconds) for word in self.arguments]
        process = pods.start(source, *command)
        out, _ = process.communicate(timeout=seconds + 30)
        if process.returncode:
            raise RuntimeError(f"{' '.join(map(str, command))} failed from {source.netns}")
        answer = json.loads(out)
        if answer.get("failed"):
            raise RuntimeError(f"{answer['failed']} connections failed from {source.netns}")
        return answer[self.key]


def _connect(clients):
    return ["connect", "{address}", str(PORT), str(PORTS), str(clients), "{seconds}"]


FIGURES = (Figure("throughput", "gbit_per_s", "Gbit/s", ["stream", "{address}", str(PORT), "{seconds}"], 1.1 / 1.4),
           Figure("round trip", "p50_us", "us", ["ping", "{address}", str(PORT), "{seconds}"], 285 / 160, at_most=True),
           Figure("connections, 1 at a time", "per_s", "1/s", _connect(1), 1.4 / 2.0),
           Figure(f"connections, {CLIENTS} at a time", "per_s", "1/s", _connect(CLIENTS), 13.7 / 17))


def _twenty_rules():
    """19 that do not match and one, in their middle, that does."""
    rules = [{"protocol": "udp" if n % 2 else "tcp", "port_range_min": 1000 + 20 * n, "port_range_max": 1010 + 20 * n,
              "remote_ip_prefix": f"10.{n}.0.0/{16 + n % 8}"} for n in range(19)]
    rules.insert(10, {"protocol": "tcp", "port_range_min": PORT, "port_range_max": PORT + PORTS - 1,
                      "remote_ip_prefix": "10.208.0.0/14"})
    return rules


class Trio:
    """A client, a server on its node and a server on the other node."""

    def __init__(self, program, pods_of_three):
        self.client, self.targets = pods_of_three[0], dict(zip(PATHS, pods_of_three[1:]))
        pods.introduce(*pods_of_three)
        self.servers = [pods.start(pod, program, "serve", PORT, PORTS) for pod in pods_of_three[1:]]
        for server in self.servers:
            server.stdout.readline()  # "ready"

    def end(self):
        for server in self.servers:
            pods.end(server)


def _attributes(world):
    """{policy: the attributes of its ports}"""
    default, many = world.add_group("bench-default"), world.add_group("bench-twenty")
    world.add_rules(default, {"remote_group_id": default})
    world.add_rules(many, *_twenty_rules())
    return {"no policy": {"port_security_enabled": False, "security_groups": []},
            "default policy": {"security_groups": [default]}, "20 rules": {"security_groups": [many]}}


def _take_turns(program, trios, rounds, seconds):
    """{(figure, path): {policy: one sample a round}}"""
    samples = {(figure, path): {policy: [] for policy in trios} for path in PATHS for figure in FIGURES}
    for _ in range(rounds):
        for (figure, path), of_policy in samples.items():
            for policy, trio in trios.items():
                of_policy[policy].append(figure.measure(program, trio.client, trio.targets[path], seconds))
    return samples


def _report(report, figure, path, samples):
    for policy in (BASELINE, *POLICIES):
        report.add(f"TCP {figure.name}, {path}, {policy}", percentile(samples[policy], 0.5), figure.unit)
    for policy in POLICIES:
        ratios = [one / baseline for one, baseline in zip(samples[policy], samples[BASELINE])]
        aim = {"aim": round(figure.aim, 2), "at_most": figure.at_most, "note": "aim: OVN with stateful ACL"}
        report.add(f"TCP {figure.name}, {path}, {policy} against NORMAL", percentile(ratios, 0.5), "ratio",
                   **(aim if path == ACROSS_NODES else {}))


def run(lab, report, quick):
    program = lab.programs / "bench/tcp_load"
    world, removed, trios = World(Client(lab.endpoint), "bench-traffic", prefix="10.210"), [], {}
    try:
        for policy, attributes in _attributes(world).items():
            three = []
            for number, node in enumerate((HERE, HERE, THERE)):
                three.append(pods.plug(lab, world, node, f"t{policy[:2]}{number}".replace(" ", ""), **attributes))
                removed.append(three[-1])
            trios[policy] = Trio(program, three)
        switches = normal.Switches(lab)
        removed.append(switches)
        trios[BASELINE] = Trio(program, switches.pods(copies=len(POLICIES)))
        rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
        for (figure, path), samples in _take_turns(program, trios, rounds, seconds).items():
            _report(report, figure, path, samples)
    finally:
        for trio in trios.values():
            trio.end()
        for thing in reversed(removed):
            thing.remove()
        world.remove()

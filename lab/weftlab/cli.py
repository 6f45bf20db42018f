"""The command line of the lab."""
import argparse
import os
import shlex
import sys

from weftlab import cluster, guest, netns, pod, relay, services, status
from weftlab.errors import LabError
from weftlab.layout import Lab, Wire


def main(argv):
    arguments, command = _split_command(argv)
    options = _parser().parse_args(arguments)
    options.command_line = command
    try:
        if os.geteuid() != 0:
            raise LabError("the lab makes network namespaces: run it as root")
        return options.run(Lab.from_environment(), options) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _split_command(argv):
    """Everything after the first `--` belongs to the command that exec runs."""
    if "--" in argv:
        at = argv.index("--")
        return argv[:at], argv[at + 1:]
    return argv, []


def _parser():
    parser = argparse.ArgumentParser(prog="lab", description="A Weft cluster on one machine. LAB_NAME names it (weft).")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_lab_verbs(verbs)
    _add_exec(verbs, "exec", "run a command on a node: exec NODE -- CMD", run_exec, "node")
    _add_vm_verbs(verbs.add_parser("vm", help="guests").add_subparsers(required=True, metavar="COMMAND"))
    _add_pod_verbs(verbs.add_parser("pod", help="containers").add_subparsers(required=True, metavar="COMMAND"))
    return parser


def _verb(verbs, name, text, run):
    parser = verbs.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run)
    return parser


def _add_lab_verbs(verbs):
    up = _verb(verbs, "up", "bring the lab up, or complete one that is up", run_up)
    up.add_argument("--workers", type=int, default=cluster.DEFAULT_WORKERS, metavar="N")
    up.add_argument("--underlay", metavar="4|6|dual",
                    help="IP versions of the nodes' addresses; a list: worker1's,worker2's,...,all others' (LAB_UNDERLAY; 4)")
    up.add_argument("--underlay-mtu", type=int, metavar="N", help="of the nodes' wire (LAB_UNDERLAY_MTU; 1500)")
    _verb(verbs, "down", "remove everything of the lab", run_down)
    shown = _verb(verbs, "status", "what runs, on which node", run_status)
    shown.add_argument("--format", choices=("table", "json"), default="table")
    _verb(verbs, "env", "variables for your shell: eval \"$(lab/lab env)\"", run_env)
    for name, text, run in (("kill", "kill a process (-9)", run_kill), ("start", "start a process", run_start)):
        verb = _verb(verbs, name, text, run)
        verb.add_argument("process", help="agent, vswitchd, ovsdb-server, weftd or store")
        verb.add_argument("node", nargs="?", help="default: every node that has it")


def _add_exec(verbs, name, text, run, target):
    _verb(verbs, name, text, run).add_argument(target)


def _add_vm_verbs(verbs):
    start = _verb(verbs, "start", "start a guest; returns when it has its leases", run_vm_start)
    start.add_argument("name")
    start.add_argument("--node", required=True)
    start.add_argument("--port", required=True, action="append", metavar="PORT",
                       help="a port's id or name; repeated: one interface for each, eth0 first")
    _add_exec(verbs, "exec", "run a command in a guest: vm exec NAME -- CMD", run_vm_exec, "name")
    _verb(verbs, "stop", "stop a guest and unplug it", run_vm_stop).add_argument("name")


def _add_pod_verbs(verbs):
    start = _verb(verbs, "start", "start a pod; returns when its container runs", run_pod_start)
    start.add_argument("name")
    start.add_argument("--node", required=True)
    start.add_argument("--network", metavar="NET")
    start.add_argument("--security-group", action="append", default=[], metavar="SG")
    start.add_argument("--port", metavar="ID", help="a port that exists already")
    start.add_argument("--conflist", metavar="FILE", help="another CNI configuration instead of Weft's")
    _add_exec(verbs, "exec", "run a command in a pod: pod exec NAME -- CMD", run_pod_exec, "name")
    _verb(verbs, "stop", "stop a pod; returns when CNI DEL is done", run_pod_stop).add_argument("name")


def _command(options):
    if not options.command_line:
        raise LabError("no command: put it after --")
    return options.command_line


def run_up(lab, options):
    wire = Wire.from_environment()
    lab = Lab(lab.name, Wire(options.underlay or wire.underlay, options.underlay_mtu or wire.mtu))
    cluster.up(lab, options.workers, say=lambda text: print(f"lab {lab.name}: {text}", file=sys.stderr))
    print(status.as_table(status.lines(lab, cluster.workers_of(lab))))


def run_down(lab, _options):
    cluster.down(lab)


def run_status(lab, options):
    found = status.lines(lab, cluster.workers_of(lab))
    print(status.as_json(found) if options.format == "json" else status.as_table(found))


def run_env(lab, _options):
    for name, value in cluster.environment(lab).items():
        print(f"export {name}={shlex.quote(value)}")
    folder = cluster.tools_dir(lab)
    print(f'case ":$PATH:" in *:{folder}:*) ;; *) export PATH={shlex.quote(str(folder))}:"$PATH" ;; esac')


def run_kill(lab, options):
    nodes = services.nodes_of(lab, options.process, options.node, cluster.workers_of(lab))
    killed = False
    for node in nodes:
        with cluster.process_lock(lab, node.name, options.process):
            killed |= services.kill(node, options.process)
    if not killed:
        raise LabError(f"{options.process} does not run on {', '.join(node.name for node in nodes)}")


def run_start(lab, options):
    nodes = services.nodes_of(lab, options.process, options.node, cluster.workers_of(lab))
    for node in nodes:
        with cluster.process_lock(lab, node.name, options.process):
            services.start(node, options.process)


def run_exec(lab, options):
    node = cluster.find_node(lab, options.node)
    relay.become(netns.enter(node.namespace) + _command(options), {**os.environ, **node.ovs_environment()})


def run_vm_start(lab, options):
    guest.start(lab, options.name, cluster.find_worker(lab, options.node), options.port)


def run_vm_exec(lab, options):
    return guest.execute(lab, options.name, _command(options))


def run_vm_stop(lab, options):
    guest.stop(lab, options.name)


def run_pod_start(lab, options):
    config = pod.configuration(lab, cluster.find_worker(lab, options.node), options)
    pod.start(lab, options.name, cluster.find_worker(lab, options.node), config)


def run_pod_exec(lab, options):
    pod.execute(lab, options.name, _command(options))


def run_pod_stop(lab, options):
    pod.stop(lab, options.name)

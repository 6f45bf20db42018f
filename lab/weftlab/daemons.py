"""Weft's own processes and the store: how each is started and when it is ready."""
import http.client

from weftlab import api_socket, http as lab_http, netns, processes, switch
from weftlab.errors import LabError
from weftlab.layout import DIAGNOSTICS_PORT, ROOT, STORE_PORT, bracketed
from weftlab.shell import run, succeeds, wait_until

SCHEMA = ROOT / "src/store/weft.ovsschema"
READY_TIMEOUT = 60


def program(lab, name):
    path = lab.build_dir / name
    if not path.exists():
        raise LabError(f"{path} is missing (run: make build)")
    return path


def start_store(node):
    database = node.dir / "store.db"
    if not database.exists():
        node.dir.mkdir(parents=True, exist_ok=True)
        run("ovsdb-tool", "create", database, SCHEMA)
    socket = node.lab.store_socket
    listeners = [f"--remote=ptcp:{STORE_PORT}:{bracketed(address)}" for address in node.addresses]
    processes.spawn(node.lab, node.name, "store",
                    ["ovsdb-server", database, f"--remote=punix:{socket}", *listeners, f"--unixctl={node.dir}/store.ctl",
                     "-vconsole:warn"], namespace=node.namespace)
    wait_until(lambda: succeeds("ovsdb-client", "list-dbs", f"unix:{socket}"), "the store", READY_TIMEOUT)


def start_weftd(node):
    lab = node.lab
    fd = api_socket.receive(lab)
    # LISTEN_PID must be the program's own: the shell's id stays through every exec.
    processes.spawn(lab, node.name, "weftd",
                    ["sh", "-c", 'exec env LISTEN_FDS=1 LISTEN_PID=$$ "$@"', "sh", *netns.enter(node.namespace),
                     program(lab, "weftd"), "--store", f"unix:{lab.store_socket}",
                     "--underlay-mtu", lab.wire.mtu,
                     *(["--overlay-ip-version", "6"] if lab.wire.overlay_version == 6 else [])], fds={3: fd})
    port = api_socket.port(lab)
    _wait_ready(node, "weftd", lambda: lab_http.healthy(api_socket.HOST, port))


def start_agent(node):
    lab = node.lab
    ends = [word for address in node.addresses for word in ("--tunnel-ip", address)]
    processes.spawn(lab, node.name, "agent",
                    [program(lab, "weft-agent"), "--node", node.name, "--store", lab.store_remote(node), *ends,
                     "--ovsdb", f"unix:{node.ovs_dir}/db.sock",
                     "--cni-socket", node.cni_socket, "--datapath-type", switch.datapath_type(),
                     "--bridge-mapping", f"{switch.PROVIDER_NETWORK}:{switch.PROVIDER_BRIDGE}",
                     "--underlay-mtu", lab.wire.mtu],
                    namespace=node.namespace, env=node.ovs_environment())
    _wait_ready(node, "agent", lambda: agent_healthy(node))


def agent_healthy(node):
    return lab_http.healthy(node.address, DIAGNOSTICS_PORT, node.namespace)


def diagnostics(node, path):
    """The body of an agent's read-only diagnostics endpoint, or None while it does not answer."""
    try:
        return lab_http.request("GET", path, address=node.address, port=DIAGNOSTICS_PORT, namespace=node.namespace)[1]
    except (OSError, http.client.HTTPException):
        return None


def _wait_ready(node, process, ready):
    def ready_or_dead():
        if not processes.is_running(node.lab, node.name, process):
            raise LabError(f"{process} of {node.name} ended:\n{log_tail(node, process)}")
        return ready()
    wait_until(ready_or_dead, lambda: f"{process} of {node.name}:\n{log_tail(node, process)}", READY_TIMEOUT)


def log_tail(node, process, lines=15):
    try:
        text = processes.log_file(node.lab, node.name, process).read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])

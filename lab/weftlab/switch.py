"""A node's Open vSwitch: its own ovsdb-server and ovs-vswitchd, and the bridge that holds the underlay NIC."""
import functools
import json

from weftlab import netns, processes, underlay
from weftlab.shell import run, succeeds, wait_until

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
BRIDGE = "br-phy"
PROVIDER_BRIDGE = "br-ex"
PROVIDER_NETWORK = "provider"


@functools.cache
def datapath_type():
    """The kernel's datapath where the module is there, Open vSwitch's own elsewhere."""
    return "system" if succeeds("modprobe", "openvswitch") else "netdev"


def start_database(node):
    database = node.ovs_dir / "conf.db"
    socket = node.ovs_dir / "db.sock"
    if not database.exists():
        node.ovs_dir.mkdir(parents=True, exist_ok=True)
        run("ovsdb-tool", "create", database, SCHEMA)
    processes.spawn(node.lab, node.name, "ovsdb-server",
                    ["ovsdb-server", database, f"--remote=punix:{socket}",
                     "--remote=db:Open_vSwitch,Open_vSwitch,manager_options", f"--pidfile={node.ovs_dir}/ovsdb-server.pid",
                     f"--unixctl={node.ovs_dir}/ovsdb-server.ctl", "-vconsole:warn"],
                    namespace=node.namespace, env=node.ovs_environment())
    wait_until(lambda: succeeds("ovsdb-client", "list-dbs", f"unix:{socket}"), f"ovsdb-server of {node.name}")


def start_switch(node):
    pidfile = node.ovs_dir / "ovs-vswitchd.pid"
    pidfile.unlink(missing_ok=True)
    vsctl(node, "--no-wait", "init")
    vsctl(node, "--no-wait", "set", "Open_vSwitch", ".", f"external_ids:hostname={node.name}",
          f"external_ids:system-id={node.name}")
    processes.spawn(node.lab, node.name, "vswitchd",
                    ["ovs-vswitchd", "--monitor", f"--pidfile={pidfile}", "-vconsole:warn",
                     f"--log-file={processes.log_file(node.lab, node.name, 'vswitchd-detail')}",
                     f"unix:{node.ovs_dir}/db.sock"],
                    namespace=node.namespace, env=node.ovs_environment(), pidfile=pidfile)
    wait_until(pidfile.exists, f"ovs-vswitchd of {node.name}")
    _put_underlay_into_bridge(node)
    _make_provider_bridge(node)


def _put_underlay_into_bridge(node):
    """The NIC is a port of br-phy, whose internal port has the tunnel address: userspace tunnels need it so."""
    [link] = json.loads(netns.run_in(node, "ip", "-json", "link", "show", underlay.NIC))
    vsctl(node, "--may-exist", "add-br", BRIDGE, "--", "set", "Bridge", BRIDGE, f"datapath_type={datapath_type()}",
          f"other-config:hwaddr={link['address']}", "--", "--may-exist", "add-port", BRIDGE, underlay.NIC)
    # The kernel sees what arrives at the NIC, too: it is the bridge's to take.
    netns.set_sysctl(node.namespace, f"net.ipv6.conf.{underlay.NIC}.disable_ipv6", "1")
    underlay.give_addresses(node, BRIDGE)


def _make_provider_bridge(node):
    vsctl(node, "--may-exist", "add-br", PROVIDER_BRIDGE, "--", "set", "Bridge", PROVIDER_BRIDGE,
          f"datapath_type={datapath_type()}", "--", "--may-exist", "add-port", PROVIDER_BRIDGE, underlay.PROVIDER_NIC)


def vsctl(node, *arguments):
    """ovs-vsctl on this node; waits until the switch has done it, unless told not to."""
    return netns.run_in(node, "ovs-vsctl", "--timeout=30", *arguments)


def controllers_connected(node):
    """True if br-int has a controller and is connected to all of its controllers."""
    rows = json.loads(vsctl(node, "--no-wait", "--format=json", "--columns=is_connected", "list", "Controller"))["data"]
    return bool(rows) and all(connected is True for [connected] in rows)

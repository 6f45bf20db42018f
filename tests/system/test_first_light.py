"""The story of first light, one test per step. Codes are those of the source documents' checks."""


def test_1_network_is_made_with_the_openstack_client(story):
    story.network()


def test_a1_security_group_with_rules_from_any_source(story):
    story.security_group()


def test_2_instance_boots_and_its_port_becomes_active(story):
    story.instance_boots()


def test_2_instance_is_plugged_as_by_nova(story):
    story.instance_is_plugged_as_by_nova()


def test_2_instance_gets_address_netmask_and_mtu_by_dhcp(story):
    story.instance_has_its_lease()


def test_3_pod_runs_in_containerd(story):
    story.pod_runs()


def test_f5_pod_has_the_ports_address_mac_mtu_and_only_lo_and_eth0(story):
    story.pod_has_its_port()


def test_a2_port_create_prints_one_uuid_and_keeps_the_host(story):
    story.host_port_is_made()


def test_a3_one_ovs_vsctl_command_wires_a_port(story):
    story.one_command_wires_it()


def test_a4_ovs_vsctl_show_is_recognisable(story):
    story.switch_is_recognisable()


def test_a5_dhclient_gets_only_what_it_asked_for(story):
    story.host_gets_only_what_it_asks_for()


def test_a6_node_pings_instance(story):
    story.host_reaches_instance()


def test_a7_pod_of_another_cni_reaches_instance_through_the_node(story):
    story.pod_of_another_cni_reaches_instance()


def test_a8_node_without_port_does_not_reach_instance(story):
    story.node_without_port_does_not_reach_instance()


def test_a9_port_survives_an_agent_restart(story):
    story.host_port_survives_agent_restart()


def test_5_everyone_pings_everyone(story):
    story.everyone_pings_everyone()


def test_5_packets_of_the_whole_mtu_pass(story):
    story.full_packets_pass()


def test_5_tcp_both_ways(story):
    story.tcp_flows_both_ways()


def test_5_underlay_carries_vxlan_with_the_networks_vni(story):
    story.underlay_carries_vxlan()


def test_6_second_tenant_uses_the_same_addresses_on_geneve(story):
    story.second_tenant_uses_the_same_addresses()


def test_6_tenants_never_hear_each_other(story):
    story.tenants_never_hear_each_other()


def test_6_underlay_carries_geneve_with_the_networks_vni(story):
    story.underlay_carries_geneve()


def test_7_nothing_gets_in_without_a_rule(story):
    story.nothing_gets_in_without_a_rule()


def test_7_a_rule_lets_it_in(story):
    story.a_rule_lets_it_in()


def test_7_foreign_sources_do_not_get_out(story):
    story.foreign_sources_do_not_get_out()


def test_8_switch_shows_itself(story):
    story.switch_shows_itself()


def test_b1_tunnel_ports_are_recognisable(story):
    story.tunnels_are_recognisable()


def test_8_weft_lists_nodes_networks_and_ports(story):
    story.weft_shows_the_network()

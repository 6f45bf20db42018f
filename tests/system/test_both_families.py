"""Addresses of both families and an instance with a wrong MTU (document 003), one test per step of the story."""


def test_each_subnet_has_a_port_that_every_node_answers_for(story):
    story.network_has_both_families()


def test_an_instance_has_the_addresses_that_the_api_says(story):
    story.instance_has_both_addresses()


def test_instance_and_pod_talk_in_ipv6_across_nodes(story):
    story.pod_has_both_addresses()


def test_an_instance_at_1500_among_ports_at_1450_is_told(story):
    story.wrong_mtu_is_answered()

"""What an agent has done so far, by its own counters."""
NAMES = {"flow changes sent": "weft_agent_flow_mods_sent_total",
         "flows computed": "weft_agent_flows_computed_total",
         "OpenFlow messages sent": "weft_openflow_messages_sent_total"}


def of(lab, node):
    metrics = lab.agent_metrics(node)
    return {name: metrics[key] for name, key in NAMES.items()}

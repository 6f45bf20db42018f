#!/bin/sh
# Applies what the DHCP server offered: address, MTU, routes, name servers.
lease=/run/lease-$interface
case $1 in
  deconfig)
    rm -f "$lease"
    ip -4 address flush dev "$interface"
    ;;
  bound | renew)
    [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
    ip address replace "$ip/$mask" broadcast "${broadcast:-+}" dev "$interface"
    if [ -n "$staticroutes" ]; then
      set -- $staticroutes
      while [ $# -ge 2 ]; do
        if [ "$2" = 0.0.0.0 ]; then ip route replace "$1" dev "$interface"
        else ip route replace "$1" via "$2" dev "$interface"; fi
        shift 2
      done
    elif [ -n "$router" ]; then
      ip route replace default via "${router%% *}" dev "$interface"
    fi
    for server in $dns; do echo "nameserver $server"; done >"/run/resolv-$interface"
    cat /run/resolv-* >/etc/resolv.conf
    env >"$lease.new"
    mv "$lease.new" "$lease"
    ;;
esac
